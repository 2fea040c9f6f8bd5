package azrest_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

func putCall(body any) azrest.Call {
	return azrest.Call{Action: "put", Method: http.MethodPut, Path: []string{"file"}, Body: body}
}

func TestStreamIsSentAsItComes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, content string
		length, want  int64
	}{
		{"of known length", "content", 7, 7},
		{"of unknown length", "content", -1, -1},
		{"empty", "", 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got *http.Request
			var body []byte
			s := service(func(req *http.Request) (*http.Response, error) {
				got = req
				body, _ = io.ReadAll(req.Body)
				return answer(http.StatusOK, ""), nil
			})
			stream := azrest.NewStream("application/octet-stream", strings.NewReader(test.content), test.length)
			_, err := newClient(t, s).Send(t.Context(), putCall(stream))
			require.NoError(t, err)
			require.Equal(t, test.content, string(body))
			require.Equal(t, test.want, got.ContentLength)
			require.Equal(t, "application/octet-stream", got.Header.Get("Content-Type"))
		})
	}
}

// A transport may read on after it has answered.
func TestStreamIsNotReadAfterItsCall(t *testing.T) {
	t.Parallel()
	var body io.ReadCloser
	s := service(func(req *http.Request) (*http.Response, error) {
		body = req.Body
		return answer(http.StatusForbidden, ""), nil
	})
	source := strings.NewReader("content")
	_, err := newClient(t, s).Send(t.Context(), putCall(azrest.NewStream("text/plain", source, -1)))
	require.ErrorIs(t, err, azrest.ErrForbidden)
	_, err = body.Read(make([]byte, 1))
	require.Error(t, err)
	require.Equal(t, 7, source.Len())
}

func TestStreamIsSentAgainOnlyUntouchedWithANewToken(t *testing.T) {
	t.Parallel()
	unauthorized := func() (*http.Response, error) { return answer(http.StatusUnauthorized, ""), nil }
	tests := []struct {
		name  string
		reads bool
		fail  func() (*http.Response, error)
		tries int
	}{
		{"token rejected before", false, unauthorized, 2},
		{"token rejected after", true, unauthorized, 1},
		{"broken connection", false, func() (*http.Response, error) { return nil, io.ErrUnexpectedEOF }, 1},
		{"throttled", false, func() (*http.Response, error) { return answer(http.StatusTooManyRequests, ""), nil }, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tries := 0
			s := service(func(req *http.Request) (*http.Response, error) {
				if tries++; tries > 1 {
					body, err := io.ReadAll(req.Body)
					require.NoError(t, err)
					require.Equal(t, "content", string(body))
					return answer(http.StatusOK, ""), nil
				}
				if test.reads {
					_, _ = req.Body.Read(make([]byte, 3))
				}
				return test.fail()
			})
			stream := azrest.NewStream("text/plain", strings.NewReader("content"), -1)
			client := newClient(t, s, withBearer(&tokens{list: []string{jwt, jwt + "2"}}), fastRetries)
			_, err := client.Send(t.Context(), putCall(stream))
			require.Equal(t, test.tries, tries)
			require.Equal(t, test.tries == 1, err != nil)
		})
	}
}

func TestStreamTellsItsSourcesError(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is broken")
	s := service(func(req *http.Request) (*http.Response, error) {
		_, err := io.ReadAll(req.Body)
		return nil, err
	})
	stream := azrest.NewStream("text/plain", iotest.ErrReader(broken), -1)
	_, err := newClient(t, s).Send(t.Context(), putCall(stream))
	require.ErrorIs(t, err, broken)
}
