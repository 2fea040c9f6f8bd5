package azrest_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

func fastRetries(c *azrest.Config) { c.Options.Retry.RetryDelay = 1 }

func withJudge(verdict azrest.Verdict) option {
	return func(c *azrest.Config) {
		c.Judge = func(_ int, code string) azrest.Verdict {
			if code != "IOException" {
				return azrest.TryByStatus
			}
			return verdict
		}
	}
}

func TestJudgeDecidesAboutAnotherTry(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		status  int
		verdict azrest.Verdict
		once    bool
		tries   int
	}{
		{"as usual", http.StatusInternalServerError, azrest.TryByStatus, false, 4},
		{"as usual, a definite no", http.StatusForbidden, azrest.TryByStatus, false, 1},
		{"never", http.StatusInternalServerError, azrest.TryNever, false, 1},
		{"again", http.StatusForbidden, azrest.TryAgain, false, 4},
		{"once", http.StatusInternalServerError, azrest.TryByStatus, true, 1},
		{"once, whatever the verdict", http.StatusForbidden, azrest.TryAgain, true, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := (&script{}).then(test.status, `{"RemoteException":{"exception":"IOException","message":"no\n\tat x"}}`)
			client := newClient(t, s.serve, withJudge(test.verdict), fastRetries)
			call := getCall()
			call.Once = test.once
			_, err := client.Send(t.Context(), call)
			require.Len(t, s.seen, test.tries)
			// However the tries end, the error is the service's.
			refusal, ok := errors.AsType[*azrest.ServiceError](err)
			require.True(t, ok)
			require.Equal(t, "no", refusal.Message())
			require.Contains(t, err.Error(), "IOException: no")
			var mark interface{ NonRetriable() }
			require.False(t, errors.As(err, &mark), "what keeps azcore from trying again says nothing to the caller")
		})
	}
}

func TestOnceIsOnce(t *testing.T) {
	t.Parallel()
	tries := 0
	client := newClient(t, func(*http.Request) (*http.Response, error) {
		tries++
		return nil, io.ErrUnexpectedEOF
	}, fastRetries)
	call := getCall()
	call.Once = true
	_, err := client.Send(t.Context(), call)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Equal(t, 1, tries)
	var mark interface{ NonRetriable() }
	require.False(t, errors.As(err, &mark))
}

func TestURLReplacesPathAndQuery(t *testing.T) {
	t.Parallel()
	const raw = endpoint + "/a%2Bb=c%3B?op=OPEN&_=x%2By"
	s := (&script{}).then(http.StatusOK, "{}")
	u, err := url.Parse(raw)
	require.NoError(t, err)
	call := getCall()
	call.URL = u
	_, err = newClient(t, s.serve).Send(t.Context(), call)
	require.NoError(t, err)
	require.Equal(t, raw, s.seen[0].url)
}
