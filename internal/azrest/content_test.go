package azrest_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

// A transport may read a body after it has answered: its memory is not free then.
func TestAContentIsInUseUntilItIsClosed(t *testing.T) {
	t.Parallel()
	var kept io.ReadCloser
	client := newClient(t, func(req *http.Request) (*http.Response, error) {
		kept = req.Body
		return answer(200, "{}"), nil
	})
	content := azrest.NewContent("text/plain", []byte("hello"))
	call := getCall()
	call.Method, call.Body = http.MethodPut, content
	_, err := azrest.Do[struct{}](t.Context(), client, call)
	require.NoError(t, err)
	require.True(t, content.InUse())
	body, err := io.ReadAll(kept)
	require.NoError(t, err)
	require.Equal(t, "hello", string(body))
	require.NoError(t, kept.Close())
	require.NoError(t, kept.Close(), "again")
	require.False(t, content.InUse())
}

func TestAContentIsSentAsItIs(t *testing.T) {
	t.Parallel()
	var sent *http.Request
	var bodies []string
	client := newClient(t, func(req *http.Request) (*http.Response, error) {
		sent = req
		body, err := io.ReadAll(req.Body)
		if bodies = append(bodies, string(body)); len(bodies) == 1 {
			return answer(503, "", "Retry-After-Ms", "1"), err
		}
		return answer(200, "{}"), err
	})
	const metadata = "x-ms-meta-aB"
	call := getCall()
	call.Method, call.Body = http.MethodPut, azrest.NewContent("text/plain", []byte("<&>"))
	call.Header = http.Header{metadata: {"1"}, "Accept": {"application/xml"}}
	_, err := azrest.Do[struct{}](t.Context(), client, call)
	require.NoError(t, err)
	require.Equal(t, []string{"<&>", "<&>"}, bodies, "each try has it from the beginning")
	require.Equal(t, "text/plain", sent.Header.Get("Content-Type"))
	require.Equal(t, int64(3), sent.ContentLength)
	require.Contains(t, sent.Header, metadata, "in its own case")
	require.Equal(t, []string{"application/xml"}, sent.Header["Accept"])
}

func TestTheVersionMayBeAHeader(t *testing.T) {
	t.Parallel()
	var sent *http.Request
	config := config(t, func(req *http.Request) (*http.Response, error) {
		sent = req
		return answer(200, "{}"), nil
	}, withAPIVersion("2021-12-02"))
	config.VersionHeader = "X-Ms-Version"
	client, err := azrest.New(config)
	require.NoError(t, err)
	_, err = get(t.Context(), client)
	require.NoError(t, err)
	require.Equal(t, endpoint+"/secrets/db", sent.URL.String())
	require.Equal(t, "2021-12-02", sent.Header.Get("X-Ms-Version"))
}
