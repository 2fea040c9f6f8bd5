package credential_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// detectionVariables are those that decide about the source, each with a value
// that every source understands.
func detectionVariables() [][2]string {
	return [][2]string{
		{"IDENTITY_ENDPOINT", "https://localhost:2377/metadata/identity/oauth2/token"},
		{"IDENTITY_HEADER", "value-of-header"},
		{"IDENTITY_SERVER_THUMBPRINT", someThumbprint},
		{"IMDS_ENDPOINT", "http://localhost:40342"},
		{"MSI_ENDPOINT", "http://localhost:50342/oauth2/token"},
		{"MSI_SECRET", "value-of-secret"},
		{"DEFAULT_IDENTITY_CLIENT_ID", someGUID},
		{"AZUREML_RUN_ID", "value-of-run"},
		{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://value-of-host.example"},
		{"AZURE_FEDERATED_TOKEN_FILE", "value-of-file"},
	}
}

// expectedSource is the order of detection in plain words. A program on a
// machine of Azure Machine Learning without a client ID gets none.
func expectedSource(set map[string]bool) (source credential.Source, ok bool) {
	switch {
	case set["IDENTITY_ENDPOINT"] && set["IDENTITY_HEADER"] && set["IDENTITY_SERVER_THUMBPRINT"]:
		return credential.SourceServiceFabric, true
	case set["IDENTITY_ENDPOINT"] && set["IDENTITY_HEADER"]:
		return credential.SourceAppService, true
	case set["MSI_ENDPOINT"] && set["MSI_SECRET"] && (set["DEFAULT_IDENTITY_CLIENT_ID"] || set["AZUREML_RUN_ID"]):
		return credential.SourceAzureML, set["DEFAULT_IDENTITY_CLIENT_ID"]
	case set["MSI_ENDPOINT"] && set["MSI_SECRET"]:
		return credential.SourceAppService2017, true
	case set["MSI_ENDPOINT"]:
		return credential.SourceCloudShell, true
	case set["IDENTITY_ENDPOINT"] && set["IMDS_ENDPOINT"]:
		return credential.SourceAzureArc, true
	default:
		return credential.SourceIMDS, true
	}
}

// TestDetection: every combination of the variables, each set or empty.
func TestDetection(t *testing.T) {
	variables := detectionVariables()
	cleanEnv(t, nil)
	for bits := range 1 << len(variables) {
		set := map[string]bool{}
		for i, variable := range variables {
			value := ""
			if set[variable[0]] = bits>>i&1 == 1; set[variable[0]] {
				value = variable[1]
			}
			t.Setenv(variable[0], value)
		}
		checkDetection(t, set)
	}
}

func checkDetection(t *testing.T, set map[string]bool) {
	t.Helper()
	source, ok := expectedSource(set)
	c, err := credential.NewManagedIdentityCredential(nil)
	if !ok {
		require.ErrorIs(t, err, credential.ErrIdentityNotFound, "%v", set)
		require.ErrorContains(t, err, string(source))
		require.NotContains(t, err.Error(), "value-of")
		return
	}
	require.NoError(t, err, "%v", set)
	status := c.Status()
	require.Equal(t, source, status.Source, "%v", set)
	require.NotContains(t, status.Reason, "value-of", "names, never values")
	require.NotContains(t, status.Reason, someGUID)
	for _, word := range strings.FieldsFunc(status.Reason, func(r rune) bool { return r == ' ' || r == ',' }) {
		if word == strings.ToUpper(word) {
			require.True(t, set[word], "%q names a variable that is not set: %v", status.Reason, set)
		}
	}
}

// TestDetectionReasons: the variables that decided, by name, in Status and in errors.
func TestDetectionReasons(t *testing.T) {
	for reason, set := range map[string]map[string]string{
		"IDENTITY_ENDPOINT, IDENTITY_HEADER, IDENTITY_SERVER_THUMBPRINT set": {"IDENTITY_ENDPOINT": "https://localhost", "IDENTITY_HEADER": "x", "IDENTITY_SERVER_THUMBPRINT": someThumbprint},
		"IDENTITY_ENDPOINT, IDENTITY_HEADER set":                             {"IDENTITY_ENDPOINT": "http://localhost", "IDENTITY_HEADER": "x"},
		"MSI_ENDPOINT, MSI_SECRET, DEFAULT_IDENTITY_CLIENT_ID set":           {"MSI_ENDPOINT": "http://localhost", "MSI_SECRET": "x", "DEFAULT_IDENTITY_CLIENT_ID": someGUID, "AZUREML_RUN_ID": "x"},
		"MSI_ENDPOINT, MSI_SECRET set":                                       {"MSI_ENDPOINT": "http://localhost", "MSI_SECRET": "x"},
		"MSI_ENDPOINT set":                                                   {"MSI_ENDPOINT": "http://localhost", "IMDS_ENDPOINT": "x", "IDENTITY_ENDPOINT": "http://localhost"},
		"IDENTITY_ENDPOINT, IMDS_ENDPOINT set":                               {"IDENTITY_ENDPOINT": "http://localhost", "IMDS_ENDPOINT": "x"},
		"AZURE_POD_IDENTITY_AUTHORITY_HOST set":                              {"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://nmi.example"},
		"no variable of another source is set":                               {},
	} {
		t.Run(reason, func(t *testing.T) {
			cleanEnv(t, set)
			o := options{ClientOptions: oneTry()}
			if set["IDENTITY_SERVER_THUMBPRINT"] == "" {
				o.HTTPClient = newSite(say(418, "")).client()
			}
			c, err := credential.NewManagedIdentityCredential(&o)
			require.NoError(t, err)
			require.Equal(t, reason, c.Status().Reason)
			if o.HTTPClient != nil {
				require.ErrorContains(t, failure(t, c), reason)
			}
		})
	}
	cleanEnv(t, map[string]string{"MSI_ENDPOINT": "http://localhost", "MSI_SECRET": "x", "AZUREML_RUN_ID": "x"})
	_, err := credential.NewManagedIdentityCredential(nil)
	require.ErrorContains(t, err, "AzureML (MSI_ENDPOINT, MSI_SECRET, AZUREML_RUN_ID set)")
}

// TestChosenSource: what is named in the options is not looked for.
func TestChosenSource(t *testing.T) {
	for _, source := range sources() {
		w := newWorld(t, source)
		t.Setenv("MSI_ENDPOINT", "http://localhost:50342/oauth2/token")
		t.Setenv("MSI_SECRET", "x")
		t.Setenv("DEFAULT_IDENTITY_CLIENT_ID", someGUID)
		c := w.cred(t)
		require.Equal(t, source, c.Status().Source)
		require.Equal(t, "chosen by ManagedIdentityCredentialOptions.Source", c.Status().Reason)
	}
	_, err := credential.NewManagedIdentityCredential(&options{Source: "Elsewhere"})
	require.ErrorContains(t, err, `unknown source "Elsewhere"`)
}

// TestEndpointWithoutSource speaks the protocol of virtual machines.
func TestEndpointWithoutSource(t *testing.T) {
	cleanEnv(t, map[string]string{"MSI_ENDPOINT": "http://localhost:50342/oauth2/token"})
	c, err := credential.NewManagedIdentityCredential(&options{Endpoint: "http://imds.example"})
	require.NoError(t, err)
	require.Equal(t, credential.SourceIMDS, c.Status().Source)
	require.Equal(t, "ManagedIdentityCredentialOptions.Endpoint is set", c.Status().Reason)
}

// TestTheEnvironmentIsReadOnce: what changes afterwards changes nothing.
func TestTheEnvironmentIsReadOnce(t *testing.T) {
	for _, source := range []credential.Source{credential.SourceIMDS, credential.SourceAzureML, credential.SourceCloudShell, credential.SourceAzureArc, credential.SourceServiceFabric, credential.SourceWorkloadIdentity} {
		t.Run(string(source), func(t *testing.T) {
			w := newWorld(t, source)
			c := w.cred(t)
			for _, name := range variables() {
				if name != "MSI_SECRET" { // may rotate
					t.Setenv(name, fmt.Sprintf("http://changed.example/%s", name))
				}
			}
			mustGet(t, c)
			require.Equal(t, source, c.Status().Source)
		})
	}
}
