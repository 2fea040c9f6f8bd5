package interop_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// testSameDecisions sends the same requests, with the same SAS, to a real Azurite and to an
// emulator that is set to be like it, and compares what they decide. Both have an account of
// the same name and with the same keys.
func testSameDecisions(t *testing.T, address string) {
	t.Helper()
	srv := azuretest.New(t)
	account := srv.StorageAccount("contoso")
	account.AzuriteCompat(true)
	account.Lax(true)
	both := pair{
		emulator: side{srv.Client(), account.URL()},
		azurite:  side{http.DefaultClient, address + "/contoso"},
	}
	admin := accountSAS(t, srv, "sco", "rwdlacup")
	require.Equal(t, decision{201, ""}, both.send(t, http.MethodPut, "/box?restype=container", admin, ""))
	require.Equal(t, decision{201, ""}, both.send(t, http.MethodPut, "/box/b", admin, "data"))
	for _, version := range []string{"2015-04-05", "2018-11-09", "2020-12-06", "2022-11-02"} {
		account.SetSASVersion(version)
		for _, letters := range []string{"r", "a", "c", "w", "d", "l", "rcw", "wcr"} {
			both.tryAll(t, version+" "+letters, serviceSAS(t, srv, "signedPermission", letters))
			both.tryAll(t, version+" o "+letters, accountSAS(t, srv, "o", letters))
			both.tryAll(t, version+" c "+letters, accountSAS(t, srv, "c", letters))
		}
		good := serviceSAS(t, srv)
		for name, sas := range map[string]string{
			"none":              "",
			"expired":           serviceSAS(t, srv, "signedExpiry", "2020-01-01T00:00:00Z"),
			"not yet":           serviceSAS(t, srv, "signedStart", "2034-01-01T00:00:00Z"),
			"tampered":          strings.Replace(good, "sp=r", "sp=rw", 1),
			"another version":   strings.Replace(good, "sv="+version, "sv=2019-02-02", 1),
			"another container": serviceSAS(t, srv, "canonicalizedResource", "/blob/contoso/other"),
			"another blob":      serviceSAS(t, srv, "canonicalizedResource", "/blob/contoso/box/c", "signedResource", "b"),
			"this blob":         serviceSAS(t, srv, "canonicalizedResource", "/blob/contoso/box/b", "signedResource", "b"),
			"from elsewhere":    serviceSAS(t, srv, "signedIp", "8.8.8.8"),
			"the other key":     serviceSAS(t, srv, "keyToSign", "key2"),
			"no such policy":    serviceSAS(t, srv, "signedIdentifier", "nobody"),
			"another service":   accountSASFor(t, srv, "q", "o", "r"),
			"a content type":    serviceSAS(t, srv, "rsct", "text/x; charset=utf-8"),
		} {
			both.tryAll(t, version+" "+name, sas)
		}
	}
}

// decision is whether a request was let in, and if not why.
type decision struct {
	status int
	code   string
}

type side struct {
	client *http.Client
	url    string
}

type pair struct{ emulator, azurite side }

// tryAll sends one request of each kind. Those that change something come last.
func (p pair) tryAll(t *testing.T, name, sas string) {
	t.Helper()
	for _, r := range [][3]string{
		{http.MethodGet, "/box/b", ""},
		{http.MethodHead, "/box/b", ""},
		{http.MethodGet, "/box/b?comp=blocklist", ""},
		{http.MethodGet, "/box?restype=container&comp=list", ""},
		{http.MethodPut, "/box/b?comp=block&blockid=YQ%3D%3D", "x"},
		{http.MethodPut, "/box/b", "data"},
	} {
		emulator, azurite := p.emulator.send(t, r[0], r[1], sas, r[2]), p.azurite.send(t, r[0], r[1], sas, r[2])
		require.Equal(t, azurite, emulator, "%s: %s %s", name, r[0], r[1])
	}
}

// send sends to both and returns what they have decided, which must be the same.
func (p pair) send(t *testing.T, method, path, sas, body string) decision {
	t.Helper()
	emulator, azurite := p.emulator.send(t, method, path, sas, body), p.azurite.send(t, method, path, sas, body)
	require.Equal(t, azurite, emulator)
	return emulator
}

func (s side) send(t *testing.T, method, path, sas, body string) decision {
	t.Helper()
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path+sep+sas, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("X-Ms-Version", "2021-12-02")
	req.Header.Set("X-Ms-Blob-Type", "BlockBlob")
	resp, err := s.client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return decision{resp.StatusCode, resp.Header.Get("X-Ms-Error-Code")}
}

// serviceSAS has the emulator mint one for the container box to read, with changes.
func serviceSAS(t *testing.T, srv *azuretest.Server, change ...string) string {
	t.Helper()
	return mint(t, srv, "listServiceSas", append([]string{
		"canonicalizedResource", "/blob/contoso/box", "signedResource", "c", "signedPermission", "r", "signedExpiry", "2035-01-01T00:00:00Z",
	}, change...))
}

func accountSAS(t *testing.T, srv *azuretest.Server, kinds, letters string) string {
	t.Helper()
	return accountSASFor(t, srv, "b", kinds, letters)
}

func accountSASFor(t *testing.T, srv *azuretest.Server, services, kinds, letters string) string {
	t.Helper()
	return mint(t, srv, "listAccountSas", []string{"signedServices", services, "signedResourceTypes", kinds, "signedPermission", letters, "signedExpiry", "2035-01-01T00:00:00Z"})
}

// mint asks Resource Manager with names and values; a later value counts.
func mint(t *testing.T, srv *azuretest.Server, op string, parameters []string) string {
	t.Helper()
	p := map[string]string{}
	for i := 0; i+1 < len(parameters); i += 2 {
		p[parameters[i]] = parameters[i+1]
	}
	body, err := json.Marshal(p)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://management.azure.com"+srv.StorageAccount("contoso").ID()+"/"+op+"?api-version=2017-06-01", bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+srv.SystemIdentity().Token("https://management.azure.com/", time.Hour))
	resp, err := srv.Client().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	var answer struct{ ServiceSASToken, AccountSASToken string }
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&answer))
	require.NotEmpty(t, answer.ServiceSASToken+answer.AccountSASToken)
	return answer.ServiceSASToken + answer.AccountSASToken
}
