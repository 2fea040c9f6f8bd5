package credential_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// pauses are those between the requests a site got.
func pauses(s *site) []time.Duration {
	var list []time.Duration
	for i := 1; i < s.count(); i++ {
		list = append(list, s.call(i).at.Sub(s.call(i-1).at))
	}
	return list
}

// TestRetryPauses: 1 s doubled up to 15 s, of which chance takes up to a half,
// until the next one would outlast the 90 s there are.
func TestRetryPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := newSite(say(500, ""))
		e := failure(t, newCred(t, s, options{Source: credential.SourceIMDS}))
		require.ErrorIs(t, e, credential.ErrUnavailable)
		between(t, 75*time.Second, 90*time.Second, time.Since(start))
		require.Equal(t, time.Since(start), e.Elapsed)
		require.Equal(t, s.count(), e.Attempts)
		full := time.Second
		for _, pause := range pauses(s) {
			between(t, full/2, full, pause)
			full = min(2*full, 15*time.Second)
		}
	})
}

// TestRetryPausesDiffer: machines that fail together do not come back together.
func TestRetryPausesDiffer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		seen := map[time.Duration]bool{}
		for range 8 {
			s := newSite(say(500, ""), issue(time.Hour))
			mustGet(t, newCred(t, s, options{Source: credential.SourceIMDS}))
			seen[pauses(s)[0]] = true
		}
		require.Greater(t, len(seen), 4)
	})
}

// TestGone: 410 is tried every 10 s until 75 s after the first one, since the
// service promises to be back after 70 s.
func TestGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := newSite(say(410, `{"error":"gone"}`))
		e := failure(t, newCred(t, s, options{Source: credential.SourceIMDS}))
		require.ErrorIs(t, e, credential.ErrUnavailable)
		require.Equal(t, 75*time.Second, time.Since(start))
		want := []time.Duration{10e9, 10e9, 10e9, 10e9, 10e9, 10e9, 10e9, 5e9}
		require.Equal(t, want, pauses(s))
	})
}

// TestGoneFor69Seconds: the longest update there is costs no error.
func TestGoneFor69Seconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := newSite(func(req *http.Request) (*http.Response, error) {
			if time.Since(start) < 69*time.Second {
				return say(410, `{"error":"gone"}`)(req)
			}
			return issue(time.Hour)(req)
		})
		mustGet(t, newCred(t, s, options{Source: credential.SourceIMDS}))
		require.Equal(t, 70*time.Second, time.Since(start))
		require.Equal(t, 8, s.count())
	})
}

// TestGoneAfterOtherFailures: the 75 s count from the first 410.
func TestGoneAfterOtherFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(say(500, ""), say(404, ""), say(500, ""), say(410, ""))
		start := time.Now()
		e := failure(t, newCred(t, s, options{Source: credential.SourceIMDS}))
		require.Equal(t, 410, e.StatusCode)
		first := s.call(3).at
		require.Equal(t, 75*time.Second, time.Since(first))
		require.Less(t, time.Since(start), 90*time.Second)
	})
}

// TestRetryAfterHonoured: 60 s fit into what there is.
func TestRetryAfterHonoured(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"429": 429, "503": 503, "410": 410} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSite(say(status, "", "Retry-After", "60"), issue(time.Hour))
				start := time.Now()
				mustGet(t, newCred(t, s, options{Source: credential.SourceIMDS}))
				require.Equal(t, time.Minute, time.Since(start))
				require.Equal(t, 2, s.count())
			})
		})
	}
}

// TestRetryAfterTooLong: the caller is told at once, and the source left alone
// for as long as it asked, by the next callers too.
func TestRetryAfterTooLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(say(429, `{"error":"too_many_requests"}`, "Retry-After", "120"), issue(time.Hour))
		c := newCred(t, s, options{Source: credential.SourceIMDS})
		start := time.Now()
		for range 5 {
			e := failure(t, c)
			require.ErrorIs(t, e, credential.ErrThrottled)
			require.Equal(t, 2*time.Minute, e.RetryAfter)
			time.Sleep(23 * time.Second)
		}
		require.Equal(t, 1, s.count())
		time.Sleep(5 * time.Second)
		mustGet(t, c)
		require.Equal(t, 2*time.Minute, time.Since(start))
	})
}

// TestPatienceAskedFor: a source that is down may ask for it as well.
func TestPatienceAskedFor(t *testing.T) {
	t.Parallel()
	s := newSite(say(503, "", "Retry-After", "120"))
	e := failure(t, newCred(t, s, options{Source: credential.SourceIMDS}))
	require.ErrorIs(t, e, credential.ErrUnavailable)
	require.ErrorIs(t, e, credential.ErrThrottled)
	require.Equal(t, 2*time.Minute, e.RetryAfter)
	require.Equal(t, 1, s.count())
}

// TestRetryAfterInTheBackground puts off the next renewal, and no caller waits.
func TestRetryAfterInTheBackground(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(issue(time.Hour), say(429, "", "Retry-After", "300"), issue(time.Hour))
		c := newCred(t, s, options{Source: credential.SourceIMDS})
		first := mustGet(t, c)
		sleepUntil(first.RefreshOn)
		mustGet(t, c)
		synctest.Wait()
		again := mustGet(t, c)
		require.Equal(t, first.Token, again.Token)
		require.Equal(t, 2, s.count())
		between(t, 5*time.Minute, 5*time.Minute, time.Until(again.RefreshOn))
	})
}

// TestOffAzure: where nobody has ever answered, nobody will. Where somebody has,
// it is an outage and worth the patience.
func TestOffAzure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(refuse)
		c := newCred(t, s, options{Source: credential.SourceIMDS})
		start := time.Now()
		e := failure(t, c)
		require.ErrorIs(t, e, credential.ErrUnavailable)
		require.ErrorContains(t, e, "is this an Azure machine")
		require.Equal(t, 3, s.count())
		require.Less(t, time.Since(start), time.Second)

		s.become(issue(time.Minute), refuse)
		time.Sleep(2 * time.Second)
		mustGet(t, c)
		time.Sleep(2 * time.Minute)
		start = time.Now()
		failure(t, c)
		require.Greater(t, time.Since(start), time.Minute)
	})
}

// TestNobodyConnects: a dial that gets no answer at all is no better than one
// that is refused.
func TestNobodyConnects(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(after(3*time.Second, fail(&net.OpError{Op: "dial", Net: "tcp", Err: context.DeadlineExceeded})))
		start := time.Now()
		failure(t, newCred(t, s, options{Source: credential.SourceIMDS}))
		require.Equal(t, 3, s.count())
		require.Less(t, time.Since(start), 10*time.Second)
	})
}

// TestRetryOptions: azcore's options that count.
func TestRetryOptions(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		retry policy.RetryOptions
		reply reply
		want  []time.Duration // the longest each pause may be
	}{
		"none":           {policy.RetryOptions{MaxRetries: -1}, say(500, ""), nil},
		"one":            {policy.RetryOptions{MaxRetries: 1}, say(500, ""), []time.Duration{time.Second}},
		"none, on a 410": {policy.RetryOptions{MaxRetries: -1}, say(410, ""), nil},
		"none, refused":  {policy.RetryOptions{MaxRetries: -1}, refuse, nil},
		"delay":          {policy.RetryOptions{MaxRetries: 3, RetryDelay: 2 * time.Second}, say(500, ""), []time.Duration{2e9, 4e9, 8e9}},
		"ceiling":        {policy.RetryOptions{MaxRetries: 4, MaxRetryDelay: 3 * time.Second}, say(500, ""), []time.Duration{1e9, 2e9, 3e9, 3e9}},
		"delay over it":  {policy.RetryOptions{MaxRetries: 2, RetryDelay: time.Hour, MaxRetryDelay: time.Second}, say(500, ""), []time.Duration{1e9, 1e9}},
		"absurd delay":   {policy.RetryOptions{MaxRetries: 2, RetryDelay: 1 << 62}, say(500, ""), []time.Duration{15e9, 15e9}},
		"time of a try":  {policy.RetryOptions{MaxRetries: 1, TryTimeout: time.Second}, hang, []time.Duration{2 * time.Second}},
		"smallest delay": {policy.RetryOptions{MaxRetries: 1, RetryDelay: 1}, say(500, ""), []time.Duration{1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSite(tc.reply)
				c := newCred(t, s, options{Source: credential.SourceIMDS, ClientOptions: azcore.ClientOptions{Retry: tc.retry}})
				failure(t, c)
				got := pauses(s)
				require.Len(t, got, len(tc.want))
				for i, longest := range tc.want {
					between(t, longest/2, longest, got[i])
				}
			})
		})
	}
}

// TestBudgetOfAFetch: one that hangs ends after 90 s, with nobody there as well.
func TestBudgetOfAFetch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(hang)
		c := newCred(t, s, options{Source: credential.SourceIMDS})
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := get(ctx, c)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		failure(t, c)
		between(t, 75*time.Second, 90*time.Second, time.Since(start))
		n := s.count()
		time.Sleep(time.Hour)
		require.Equal(t, n, s.count())
	})
}
