package credential_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// TestMalformedIDs: a typing error must not reach a source that might ignore it.
func TestMalformedIDs(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]credential.ManagedIDKind{
		"empty client ID":         credential.ClientID(""),
		"word":                    credential.ClientID("clientid"),
		"client ID too short":     credential.ClientID("12345678-9abc-def0-1234-56789abcdef"),
		"client ID with braces":   credential.ClientID("{" + someGUID + "}"),
		"client ID with space":    credential.ClientID(someGUID + " "),
		"client ID with newline":  credential.ClientID(someGUID + "\n"),
		"client ID without dash":  credential.ClientID("123456789abcdef0123456789abcdef0"),
		"client ID not hex":       credential.ClientID("g2345678-9abc-def0-1234-56789abcdef0"),
		"resource ID as client":   credential.ClientID(someID),
		"empty object ID":         credential.ObjectID(""),
		"object ID with query":    credential.ObjectID(someGUID + "&client_id=x"),
		"empty resource ID":       credential.ResourceID(""),
		"GUID as resource":        credential.ResourceID(someGUID),
		"virtual machine":         credential.ResourceID("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v"),
		"resource without name":   credential.ResourceID("/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/"),
		"resource without slash":  credential.ResourceID("subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/n"),
		"resource with a child":   credential.ResourceID(someID + "/federatedIdentityCredentials/f"),
		"resource with newline":   credential.ResourceID(someID + "\n"),
		"resource without group":  credential.ResourceID("/subscriptions/s/providers/Microsoft.ManagedIdentity/userAssignedIdentities/n"),
		"resource in another way": credential.ResourceID("https://management.azure.com" + someID),
		"resource with control":   credential.ResourceID(someID + "\x00"),
		"resource with escape":    credential.ResourceID(someID + "\x1b[31m"),
		"resource turned around":  credential.ResourceID(someID + "\u202e"),
		"resource not UTF-8":      credential.ResourceID(someID + "\xff"),
		"resource with percent":   credential.ResourceID(someID + "%00"),
		"resource of dots":        credential.ResourceID("/subscriptions/s/resourceGroups/../providers/Microsoft.ManagedIdentity/userAssignedIdentities/n"),
		"resource without end":    credential.ResourceID(someID + strings.Repeat("n", 128)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := credential.NewManagedIdentityCredential(&options{ID: id, Source: credential.SourceIMDS})
			require.Nil(t, c)
			require.ErrorContains(t, err, "credential: IMDS (chosen by ManagedIdentityCredentialOptions.Source): ID: ")
			require.NotErrorIs(t, err, credential.ErrUnsupportedID, "the kind is supported, the value is wrong")
		})
	}
}

// TestIDKinds: per source, the parameter each kind of ID is sent as, or that the
// constructor refuses it.
func TestIDKinds(t *testing.T) {
	for _, tc := range []struct {
		source                   credential.Source
		client, object, resource string
	}{
		{credential.SourceIMDS, "client_id", "object_id", "msi_res_id"},
		{credential.SourceVMExtension, "client_id", "object_id", "msi_res_id"},
		{credential.SourceAppService, "client_id", "principal_id", "mi_res_id"},
		{credential.SourceAppService2017, "clientid", "", ""},
		{credential.SourceAzureML, "clientid", "", ""},
		{credential.SourceAzureArc, "client_id", "object_id", "msi_res_id"},
		{credential.SourceServiceFabric, "", "", ""},
		{credential.SourceCloudShell, "", "", ""},
		{credential.SourceWorkloadIdentity, "client_id", "", ""},
	} {
		for id, parameter := range map[credential.ManagedIDKind]string{
			credential.ClientID(someGUID): tc.client, credential.ObjectID(someGUID): tc.object, credential.ResourceID(someID): tc.resource,
		} {
			t.Run(string(tc.source)+" "+parameter, func(t *testing.T) {
				w := newWorld(t, tc.source)
				w.options.ID = id
				if parameter == "" {
					_, err := credential.NewManagedIdentityCredential(&w.options)
					require.ErrorIs(t, err, credential.ErrUnsupportedID)
					require.ErrorContains(t, err, string(tc.source))
					return
				}
				w.echo = map[string]any{"client_id": someGUID, "object_id": someGUID, "msi_res_id": someID}
				w.mustGet(t)
				sent := w.parameters(w.count() - 1)
				require.Equal(t, []string{id.String()}, sent[parameter])
				require.Equal(t, 1, selectors(sent), "an identity is chosen once: %v", sent)
			})
		}
	}
}

// selectors counts the parameters that choose an identity, in all spellings.
func selectors(query url.Values) int {
	n := 0
	for _, name := range []string{"client_id", "clientid", "object_id", "principal_id", "msi_res_id", "mi_res_id"} {
		n += len(query[name])
	}
	return n
}

func TestIDsPrintThemselves(t *testing.T) {
	t.Parallel()
	for id, identity := range map[credential.ManagedIDKind]string{
		nil:                                     "system-assigned identity",
		credential.ClientID(someGUID):           "user-assigned identity with client ID " + someGUID,
		credential.ObjectID(someGUID):           "user-assigned identity with object ID " + someGUID,
		credential.ResourceID(someID):           "user-assigned identity " + someID,
		credential.ClientID(otherGUID):          "user-assigned identity with client ID " + otherGUID,
		credential.ObjectID("A" + someGUID[1:]): "user-assigned identity with object ID A" + someGUID[1:],
	} {
		c := newCred(t, newSite(issue(time.Hour)), options{Source: credential.SourceIMDS, ID: id})
		require.Equal(t, identity, c.Status().Identity)
		require.Contains(t, c.String(), identity)
	}
	require.Equal(t, someGUID, credential.ClientID(someGUID).String())
	require.Equal(t, someGUID, credential.ObjectID(someGUID).String())
	require.Equal(t, someID, credential.ResourceID(someID).String())
}

// TestSameStringOtherKind: a client ID and an object ID of the same digits are
// two identities, and two credentials never share.
func TestSameStringOtherKind(t *testing.T) {
	t.Parallel()
	s := newSite(issue(time.Hour))
	first := mustGet(t, newCred(t, s, options{Source: credential.SourceIMDS, ID: credential.ClientID(someGUID)}))
	second := mustGet(t, newCred(t, s, options{Source: credential.SourceIMDS, ID: credential.ObjectID(someGUID)}))
	require.NotEqual(t, first.Token, second.Token)
	require.Equal(t, 2, s.count())
}

// Pointers to IDs have the methods of IDs, and are none.
func TestPointersAreNoIDs(t *testing.T) {
	t.Parallel()
	id := credential.ClientID("12345678-9abc-def0-1234-56789abcdef0")
	for _, id := range []credential.ManagedIDKind{&id, (*credential.ClientID)(nil), (*credential.ObjectID)(nil), (*credential.ResourceID)(nil)} {
		_, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{ID: id})
		require.ErrorContains(t, err, "is not a ClientID, an ObjectID or a ResourceID")
	}
}
