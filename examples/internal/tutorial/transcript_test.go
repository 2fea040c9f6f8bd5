package tutorial_test

import (
	"bytes"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/examples/internal/tutorial"
)

func TestTranscriptOfRequests(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	var out bytes.Buffer
	notes := &tutorial.Transcript{Out: &out}
	step := tutorial.KeyVault{
		World: tutorial.World{HTTPClient: srv.Client(), Transcript: notes}, Vault: "mi-lab-vault", Secret: "mi-test", APIVersion: "2016-10-01",
	}
	require.NoError(t, step.Run(t.Context(), notes))
	require.Equal(t, `  > GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net
  > GET https://mi-lab-vault.vault.azure.net/secrets/mi-test?api-version=2016-10-01
  {"value":"My Secret","id":"https://mi-lab-vault.vault.azure.net/secrets/mi-test/50644e90b13249b584c44b9f712f2e51","attributes":`+
		`{"enabled":true,"created":1623000000,"updated":1623000000,"recoveryLevel":"Purgeable"}}
`, out.String())
	requests, tokens := notes.Counts()
	require.Equal(t, 2, requests)
	require.Equal(t, 1, tokens)
}

func TestTranscriptWhenVerbose(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.Fail(azuretest.Fault{Operation: "keyvault.get", Status: -1})
	srv.Fail(azuretest.Fault{Operation: "keyvault.get", Header: http.Header{
		"Set-Cookie": {"session=opensesame"},
		"Location":   {"https://contoso.blob.core.windows.net/a?sv=1&sig=opensesame&se=2"},
		"X-Link":     {"https://contoso.azuredatalakestore.net/a?Token=opensesame"},
	}})
	var out bytes.Buffer
	notes := &tutorial.Transcript{Out: &out, Verbose: true}
	step := tutorial.KeyVault{World: tutorial.World{HTTPClient: srv.Client(), Transcript: notes}, Vault: "mytestkeyvault", Secret: "MyTestSecret"}
	require.NoError(t, step.Run(t.Context(), notes))
	for _, want := range []string{
		"\n  >   Metadata: true\n",
		"\n  < HTTP/1.1 200 OK in ",
		"\n  >   Authorization: Bearer REDACTED\n",
		"\n  < no answer\n",
		"\n  <   Set-Cookie: REDACTED\n",
		"\n  <   Location: https://contoso.blob.core.windows.net/a?sv=1&sig=REDACTED&se=2\n",
		"\n  <   X-Link: https://contoso.azuredatalakestore.net/a?Token=REDACTED\n",
	} {
		require.Contains(t, out.String(), want)
	}
	require.NotContains(t, out.String(), "opensesame")
	require.NotContains(t, out.String(), "eyJ", "a token")
	requests, tokens := notes.Counts()
	require.Equal(t, []int{3, 1}, []int{requests, tokens}, "the try that got no answer counts")
}

// A header that is a secret without a scheme is one too.
func TestTranscriptOfSecretHeaders(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	var out bytes.Buffer
	notes := &tutorial.Transcript{Out: &out, Verbose: true}
	world := tutorial.World{HTTPClient: headers{srv.Client(), http.Header{
		"Authorization": {"opensesame"}, "Proxy-Authorization": {"Basic opensesame"}, "X-Identity-Header": {"opensesame"}, "Secret": {"opensesame"},
	}}.client(), Transcript: notes}
	cred, err := world.Credential()
	require.NoError(t, err)
	_, err = cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{"https://vault.azure.net/.default"}})
	require.NoError(t, err)
	require.Equal(t, 4, strings.Count(out.String(), "REDACTED"))
	require.NotContains(t, out.String(), "opensesame")
}

// headers is a client that adds lines to each answer.
type headers struct {
	inner *http.Client
	lines http.Header
}

func (h headers) client() *http.Client { return &http.Client{Transport: h} }

func (h headers) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := h.inner.Transport.RoundTrip(r)
	if err == nil {
		maps.Copy(resp.Header, h.lines)
	}
	return resp, err
}

func TestTranscriptSaysWhenItCannotWrite(t *testing.T) {
	t.Parallel()
	notes := &tutorial.Transcript{Out: full{}}
	_, err := notes.Write([]byte("an answer\n"))
	require.ErrorIs(t, err, errFull)
}

var errFull = errors.New("the disk is full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
