package azrest_test

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

// A transport may read a body after it has answered: whose it is may have other
// uses for it by then.
func TestAContentIsNotReadAfterItsCall(t *testing.T) {
	t.Parallel()
	var kept []*http.Request
	client := newClient(t, func(req *http.Request) (*http.Response, error) {
		kept = append(kept, req)
		n, err := req.Body.Read(make([]byte, 2))
		require.Equal(t, 2, n)
		return answer(200, "{}"), err
	})
	source := &readerAt{data: "hello"}
	call := getCall()
	call.Method, call.Body = http.MethodPut, azrest.NewSection("text/plain", source, 0, 5)
	for range 2 { // a second call reads it again
		_, err := azrest.Do[struct{}](t.Context(), client, call)
		require.NoError(t, err)
	}
	require.Equal(t, 2, source.reads)
	for _, req := range kept {
		again, err := req.GetBody()
		require.NoError(t, err)
		for _, body := range []io.ReadCloser{req.Body, again} {
			_, err := body.Read(make([]byte, 2))
			require.EqualError(t, err, "the call that sends this body has ended")
			require.NoError(t, body.Close())
		}
	}
	require.Equal(t, 2, source.reads)
}

// A transport looks for the end of a body to know that it has sent all of it, and
// may do so after the answer.
func TestTheEndOfAContentStaysKnown(t *testing.T) {
	t.Parallel()
	var kept io.ReadCloser
	client := newClient(t, func(req *http.Request) (*http.Response, error) {
		kept = req.Body
		_, err := io.ReadFull(kept, make([]byte, 5))
		return answer(200, "{}"), err
	})
	call := getCall()
	call.Method, call.Body = http.MethodPut, azrest.NewContent("text/plain", []byte("hello"))
	_, err := azrest.Do[struct{}](t.Context(), client, call)
	require.NoError(t, err)
	_, err = kept.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}

func TestAContentTellsItsSourcesError(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is broken")
	for want, source := range map[string]*readerAt{
		"read the content: the disk is broken": {data: "hel", err: broken},
		"read the content: unexpected EOF":     {data: "hel", err: io.EOF},
	} {
		tries := 0
		client := newClient(t, func(req *http.Request) (*http.Response, error) {
			tries++
			body, err := io.ReadAll(req.Body)
			require.Equal(t, "hel", string(body))
			return nil, err
		}, fastRetries)
		call := getCall()
		call.Method, call.Body = http.MethodPut, azrest.NewSection("text/plain", source, 0, 5)
		_, err := client.Send(t.Context(), call)
		failure, ok := errors.AsType[*azrest.SourceError](err)
		require.True(t, ok)
		require.EqualError(t, failure, want)
		require.ErrorContains(t, err, want)
		require.Equal(t, 1, tries, "no other try mends it")
	}
}

// readerAt has less than it should, and an error behind it.
type readerAt struct {
	data  string
	err   error
	reads int
}

func (r *readerAt) ReadAt(p []byte, offset int64) (int, error) {
	r.reads++
	n := copy(p, r.data[offset:])
	if n < len(p) {
		return n, r.err
	}
	return n, nil
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
