package azuretest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// delegationKey is a user delegation key as a client reads it.
type delegationKey struct {
	SignedOid, SignedTid, SignedStart, SignedExpiry, SignedService, SignedVersion, Value string
}

func (b blobs) delegationKey(t *testing.T, life time.Duration) (k delegationKey) {
	t.Helper()
	now := time.Now().UTC()
	got := b.do(t, http.MethodPost, "/?restype=service&comp=userdelegationkey",
		fmt.Sprintf("<KeyInfo><Start>%s</Start><Expiry>%s</Expiry></KeyInfo>", now.Format(time.RFC3339), now.Add(life).Format(time.RFC3339)))
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.NoError(t, xml.Unmarshal([]byte(got.Body), &k))
	return k
}

// sign makes a user delegation SAS for a container, by the documented order of fields:
// names as in the query; CANON is the resource, an empty name an empty line.
func (k delegationKey) sign(t *testing.T, sv, canonical, layout string, fields map[string]string) string {
	t.Helper()
	values := map[string]string{
		"sv": sv, "sr": "c", "skoid": k.SignedOid, "sktid": k.SignedTid, "skt": k.SignedStart, "ske": k.SignedExpiry, "sks": k.SignedService, "skv": k.SignedVersion,
		"se": "2035-01-01T00:00:00Z", "sp": "r", "CANON": canonical,
	}
	maps.Copy(values, fields)
	var lines []string
	for name := range strings.SplitSeq(layout, " ") {
		lines = append(lines, values[name])
	}
	key, err := base64.StdEncoding.DecodeString(k.Value)
	require.NoError(t, err)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(strings.Join(lines, "\n")))
	query := url.Values{"sig": {base64.StdEncoding.EncodeToString(mac.Sum(nil))}}
	for name, value := range values {
		if name != "CANON" && name != "HEADERS" && name != "QUERY" {
			query.Set(name, value)
		}
	}
	return query.Encode()
}

const (
	layout2018 = "sp st se CANON skoid sktid skt ske sks skv sip spr sv sr snapshot rscc rscd rsce rscl rsct"
	layout2020 = "sp st se CANON skoid sktid skt ske sks skv saoid suoid scid sip spr sv sr snapshot ses rscc rscd rsce rscl rsct"
)

func TestUserDelegationLayouts(t *testing.T) {
	t.Parallel()
	layouts := map[string]string{
		"2018-11-09": layout2018,
		"2020-02-10": "sp st se CANON skoid sktid skt ske sks skv saoid suoid scid sip spr sv sr snapshot rscc rscd rsce rscl rsct",
		"2020-12-06": layout2020,
		"2025-07-05": "sp st se CANON skoid sktid skt ske sks skv saoid suoid scid skdutid sduoid sip spr sv sr snapshot ses rscc rscd rsce rscl rsct",
		"2026-12-06": "sp st se CANON skoid sktid skt ske sks skv saoid suoid scid skdutid sduoid sip spr sv sr snapshot ses HEADERS QUERY rscc rscd rsce rscl rsct",
	}
	for sv, layout := range layouts {
		t.Run(sv, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			box(srv)
			b := storageOf(srv)
			key := b.delegationKey(t, time.Hour)
			c := caller{client: srv.Client()}
			get := func(sas string, header ...string) answer {
				return c.do(t, http.MethodGet, b.account.URL()+"/box/b?"+sas, "", header...)
			}
			require.Equal(t, 200, get(key.sign(t, sv, "/blob/contoso/box", layout, nil)).Status)
			require.Equal(t, 200, get(key.sign(t, sv, "/blob/contoso/box", layout, map[string]string{"scid": "", "rsct": "text/x"})).Status)
			refused(t, get(key.sign(t, sv, "/blob/contoso/other", layout, nil)), 403, "AuthenticationFailed")
			refused(t, get(key.sign(t, sv, "/blob/contoso/box", layout, map[string]string{"sp": "w"})), 403, "AuthorizationPermissionMismatch")
			refused(t, get(key.sign(t, sv, "/blob/contoso/box", layout, map[string]string{"sks": "q"})), 403, "AuthenticationFailed")
			if sv < "2026-04-06" {
				return
			}
			withRequest := key.sign(t, sv, "/blob/contoso/box", layout, map[string]string{"srh": "x-ms-purpose", "HEADERS": "x-ms-purpose:test\n", "srq": "timeout", "QUERY": "\ntimeout:5"})
			require.Equal(t, 200, get(withRequest+"&timeout=5", "x-ms-purpose", "test").Status)
			refused(t, get(withRequest+"&timeout=6", "x-ms-purpose", "test"), 403, "AuthenticationFailed")
		})
	}
}

// It opens what the identity's own roles open, survives new keys and the ban of keys, and
// ends with its key.
func TestUserDelegationBounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		a := box(srv)
		b := storageOf(srv)
		key := b.delegationKey(t, time.Hour)
		sas := key.sign(t, "2020-12-06", "/blob/contoso/box", layout2020, nil)
		get := func() answer { return askBlob(t, srv, "get", sas) }
		require.Equal(t, 200, get().Status)
		require.Equal(t, "DevTestVM", srv.Requests()[len(srv.Requests())-1].Identity)
		a.AllowSharedKey(false)
		a.RotateKey("key1")
		require.Equal(t, 200, get().Status)
		a.Assign(srv.SystemIdentity(), azuretest.RoleStorageAccountContributor)
		got := get()
		refused(t, got, 403, "AuthorizationPermissionMismatch")
		require.Contains(t, got.Body, "DevTestVM")
		a.Assign(srv.SystemIdentity(), azuretest.RoleBlobDataReader)
		require.Equal(t, 200, get().Status)
		time.Sleep(time.Hour)
		got = get()
		refused(t, got, 403, "AuthenticationFailed")
		require.Contains(t, got.Body, "the user delegation key")
		srv.Advance(-time.Minute)
		require.Equal(t, 200, get().Status)
		srv.RemoveSystemIdentity()
		refused(t, get(), 403, "AuthenticationFailed")
	})
}

func TestUserDelegationKeyRefusals(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	a := box(srv)
	b := storageOf(srv)
	tests := map[string]struct{ body, code string }{
		"no XML":       {"key", "InvalidXmlDocument"},
		"no expiry":    {"<KeyInfo></KeyInfo>", "InvalidXmlNodeValue"},
		"nonsense":     {"<KeyInfo><Expiry>soon</Expiry></KeyInfo>", "InvalidXmlNodeValue"},
		"too long":     {"<KeyInfo><Expiry>" + time.Now().Add(8*24*time.Hour).UTC().Format(time.RFC3339) + "</Expiry></KeyInfo>", "InvalidXmlNodeValue"},
		"over already": {"<KeyInfo><Expiry>2017-01-01T00:00:00Z</Expiry></KeyInfo>", "InvalidXmlNodeValue"},
		"too large":    {"<KeyInfo>" + strings.Repeat(" ", 65<<10) + "</KeyInfo>", "RequestBodyTooLarge"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := b.do(t, http.MethodPost, "/?restype=service&comp=userdelegationkey", test.body)
			require.Equal(t, test.code, got.Header.Get("X-Ms-Error-Code"), got.Body)
		})
	}
	refused(t, b.caller.do(t, http.MethodPost, a.URL()+"/?restype=service&comp=userdelegationkey", "<KeyInfo/>", "x-ms-version", "2018-03-28"), 400, "InvalidHeaderValue")
	got := caller{client: srv.Client()}.do(t, http.MethodPost, a.URL()+"/?restype=service&comp=userdelegationkey&"+
		mint(t, srv, a, "listAccountSas", map[string]string{"signedServices": "b", "signedResourceTypes": "sco", "signedPermission": "rwdlacup", "signedExpiry": someday}), "<KeyInfo/>")
	refused(t, got, 403, "AuthorizationPermissionMismatch")
}
