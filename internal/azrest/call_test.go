package azrest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

func TestDoSendsTheRequestLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		call    azrest.Call
		version string
		want    string
	}{
		"default version":    {getCall(), "", "GET /secrets/db?api-version=7.4"},
		"chosen version":     {getCall(), "2016-10-01", "GET /secrets/db?api-version=2016-10-01"},
		"trailing slash":     {azrest.Call{Method: "PATCH", Path: []string{"secrets", "db", ""}}, "", "PATCH /secrets/db/?api-version=7.4"},
		"query":              {azrest.Call{Method: "GET", Path: []string{"secrets"}, Query: url.Values{"maxresults": {"5"}, "api-version": {"1.0"}}}, "", "GET /secrets?api-version=7.4&maxresults=5"},
		"segments stay such": {azrest.Call{Method: "GET", Path: []string{"a/b", "c?d#e f%"}}, "", "GET /a%2Fb/c%3Fd%23e%20f%25?api-version=7.4"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := (&script{}).then(200, `{}`)
			_, err := azrest.Do[thing](t.Context(), newClient(t, s.serve, withAPIVersion(test.version)), test.call)
			require.NoError(t, err)
			require.Equal(t, test.want, s.seen[0].method+" "+strings.TrimPrefix(s.seen[0].url, endpoint))
		})
	}
}

func TestDoRefusesPathsThatEscape(t *testing.T) {
	t.Parallel()
	for _, segment := range []string{"", ".", ".."} {
		s := (&script{}).then(200, `{}`)
		call := azrest.Call{Action: "get secret", Method: "GET", Path: []string{"secrets", segment, "x"}}
		_, err := azrest.Do[thing](t.Context(), newClient(t, s.serve), call)
		require.ErrorContains(t, err, "keyvault: get secret in contoso.vault.azure.net: ")
		require.Empty(t, s.seen)
	}
}

func TestDoSendsPlainJSONAndCanonicalHeaders(t *testing.T) {
	t.Parallel()
	var header http.Header
	var body string
	s := service(func(req *http.Request) (*http.Response, error) {
		header = req.Header
		sent, err := io.ReadAll(req.Body)
		body = string(sent)
		return answer(200, `{"name":"x","n":9007199254740993,"unknown":[1],"extra":null}`), err
	})
	call := getCall()
	call.Method, call.Body = http.MethodPut, map[string]any{"value": "<&>", "n": int64(1505088747)}
	got, err := azrest.Do[thing](t.Context(), newClient(t, s), call)
	require.NoError(t, err)
	require.Equal(t, thing{"x", 9007199254740993}, got)
	require.Equal(t, `{"n":1505088747,"value":"<&>"}`, body)
	require.Equal(t, "application/json", header.Get("Accept"))
	require.Equal(t, "application/json", header.Get("Content-Type"))
	require.Regexp(t, `^azsdk-go-keyless-keyvault/v\d+\.\d+\.\d+ `, header.Get("User-Agent"))
	for name := range header {
		require.Equal(t, http.CanonicalHeaderKey(name), name)
	}
}

func TestDoRefusesAnswersThatAreNoneOfTheService(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"html":          "<html>Sign in to CaptiveNet</html>",
		"empty":         "",
		"cut":           `{"name":"p@ssw0rd`,
		"trailing data": `{"name":"p@ssw0rd"}{"n":1}`,
		"wrong type":    `{"name":{"p@ssw0rd":1}}`,
		"bare token":    jwt,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := get(t.Context(), newClient(t, always(200, body)))
			require.ErrorIs(t, err, azrest.ErrUnexpectedResponse)
			require.EqualError(t, err, `keyvault: get secret "db" in contoso.vault.azure.net: unexpected response: 200 with a body that is not the expected JSON`)
		})
	}
}

func TestDoReadsAByteOrderMark(t *testing.T) {
	t.Parallel()
	got, err := get(t.Context(), newClient(t, always(200, "\xef\xbb\xbf"+`{"name":"x"}`)))
	require.NoError(t, err)
	require.Equal(t, "x", got.Name)
}

func TestDoAcceptsOnlyTheStatusesOfTheCall(t *testing.T) {
	t.Parallel()
	call := getCall()
	call.Accept = []int{204}
	_, err := azrest.Do[struct{}](t.Context(), newClient(t, always(204, "")), call)
	require.NoError(t, err)
	_, err = get(t.Context(), newClient(t, always(202, `{"name":"x"}`)))
	require.ErrorIs(t, err, azrest.ErrUnexpectedResponse)
	require.ErrorContains(t, err, ": 202 Accepted: unexpected response")
}

func TestSendGivesTheAnswer(t *testing.T) {
	t.Parallel()
	cred := &tokens{list: []string{jwt}}
	call := getCall()
	call.Method, call.Accept = http.MethodHead, []int{204, 404}
	resp, err := newClient(t, always(404, ""), withBearer(cred)).Send(t.Context(), call)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, 404, resp.StatusCode)
	require.Empty(t, resp.Request.Header.Get("Authorization"), "the request it comes with has lost its token")
}

// cutBody fails after its text.
type cutBody struct{ io.Reader }

func (cutBody) Close() error { return nil }

func cut(text string) io.ReadCloser {
	return cutBody{io.MultiReader(strings.NewReader(text), failing{})}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestACutBodyIsAskedForAgainIfThatIsSafe(t *testing.T) {
	t.Parallel()
	for method, tries := range map[string]int{"GET": 2, "PUT": 2, "DELETE": 2, "POST": 1, "PATCH": 1} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := 0
				s := service(func(*http.Request) (*http.Response, error) {
					resp := answer(200, `{"name":"whole"}`)
					if n++; n == 1 {
						resp.Body = cut(`{"name":"wh`)
					}
					return resp, nil
				})
				call := getCall()
				call.Method = method
				got, err := azrest.Do[thing](t.Context(), newClient(t, s), call)
				require.Equal(t, tries, n)
				if tries == 1 {
					require.ErrorIs(t, err, io.ErrUnexpectedEOF)
					return
				}
				require.NoError(t, err)
				require.Equal(t, "whole", got.Name)
			})
		})
	}
}

func TestACutErrorKeepsItsStatus(t *testing.T) {
	t.Parallel()
	s := service(func(*http.Request) (*http.Response, error) {
		resp := answer(404, "")
		resp.Body = cut(`{"error":{"co`)
		return resp, nil
	})
	_, err := get(t.Context(), newClient(t, s))
	require.ErrorIs(t, err, azrest.ErrNotFound)
}

func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	atLimit := `{"name":"` + strings.Repeat("x", 4<<20-len(`{"name":""}`)) + `"}`
	n := 0
	s := service(func(*http.Request) (*http.Response, error) {
		n++
		return answer(200, atLimit), nil
	})
	got, err := get(t.Context(), newClient(t, s))
	require.NoError(t, err)
	require.Len(t, got.Name, len(atLimit)-len(`{"name":""}`))

	atLimit += " "
	_, err = get(t.Context(), newClient(t, s))
	require.ErrorIs(t, err, azrest.ErrTooLarge)
	require.ErrorIs(t, err, azrest.ErrUnexpectedResponse)
	require.ErrorContains(t, err, "larger than 4194304 bytes")
	require.Equal(t, 2, n, "a larger answer is not asked for again")

	call := getCall()
	call.Limit = 10
	_, err = azrest.Do[thing](t.Context(), newClient(t, s), call)
	require.ErrorContains(t, err, "larger than 10 bytes")
}

// endless is a body that counts what is read of it.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

func (e *endless) Close() error { return nil }

func TestOfAnErrorsBodyTheBeginningIsEnough(t *testing.T) {
	t.Parallel()
	body := &endless{}
	s := service(func(*http.Request) (*http.Response, error) {
		resp := answer(403, "")
		resp.Body = body
		return resp, nil
	})
	_, err := get(t.Context(), newClient(t, s))
	require.ErrorIs(t, err, azrest.ErrForbidden)
	require.LessOrEqual(t, body.read, 1<<20)
}

func TestAStreamIsLeftToTheCaller(t *testing.T) {
	t.Parallel()
	body := &endless{}
	status := 200
	s := service(func(*http.Request) (*http.Response, error) {
		resp := answer(status, "")
		resp.Body = body
		return resp, nil
	})
	call := getCall()
	call.Stream = true
	resp, err := newClient(t, s).Send(t.Context(), call)
	require.NoError(t, err)
	require.Zero(t, body.read)
	_, err = io.CopyN(io.Discard, resp.Body, 8<<20)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())

	status, body.read = 202, 0
	resp, err = newClient(t, s).Send(t.Context(), call)
	require.ErrorIs(t, err, azrest.ErrUnexpectedResponse)
	require.NoError(t, resp.Body.Close())
	require.Zero(t, body.read, "an answer nobody wants is not read")
}

func TestTheEndOfTheContextIsSeen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := service(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := get(ctx, newClient(t, s))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.EqualError(t, err, `keyvault: get secret "db" in contoso.vault.azure.net: context deadline exceeded`)
		_, err = get(ctx, newClient(t, always(200, "{}")))
		require.ErrorIs(t, err, context.DeadlineExceeded, "nothing is sent after the end")
	})
}

func TestTransportErrorsAreScrubbed(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	s := service(func(*http.Request) (*http.Response, error) { return nil, refused })
	call := getCall()
	call.Query = url.Values{"sig": {"c2VjcmV0"}}
	_, err := azrest.Do[thing](t.Context(), newClient(t, s, withoutRetries), call)
	require.EqualError(t, err, `keyvault: get secret "db" in contoso.vault.azure.net: dial tcp: connection refused`)
	op, ok := errors.AsType[*net.OpError](err)
	require.True(t, ok)
	require.Same(t, refused, op)
	u, ok := errors.AsType[*url.Error](err)
	require.True(t, ok)
	require.Equal(t, endpoint+"/secrets/db", u.URL)
	var n net.Error
	require.ErrorAs(t, err, &n)
	require.NotContains(t, n.Error(), "c2VjcmV0")
}
