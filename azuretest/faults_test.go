package azuretest_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// statuses reads the tutorial's secret n times; 0 stands for no answer.
func statuses(t *testing.T, srv *azuretest.Server, n int) []int {
	t.Helper()
	c := machine(srv)
	list := make([]int, n)
	for i := range list {
		got, err := c.try(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", "")
		if err == nil {
			list[i] = got.Status
		}
	}
	return list
}

func TestFaultCounts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		faults []azuretest.Fault
		want   []int
	}{
		"once":                    {[]azuretest.Fault{{Status: 500}}, []int{500, 200, 200}},
		"always":                  {[]azuretest.Fault{{Status: 500, Times: -1}}, []int{500, 500, 500}},
		"twice":                   {[]azuretest.Fault{{Status: 500, Times: 2}}, []int{500, 500, 200}},
		"the first":               {[]azuretest.Fault{{Status: 500, Nth: 1}}, []int{500, 200}},
		"the second":              {[]azuretest.Fault{{Status: 500, Nth: 2}}, []int{200, 500, 200}},
		"the second and third":    {[]azuretest.Fault{{Status: 500, Nth: 2, Times: 2}}, []int{200, 500, 500, 200}},
		"from the second on":      {[]azuretest.Fault{{Status: 500, Nth: 2, Times: -1}}, []int{200, 500, 500}},
		"one after the other":     {[]azuretest.Fault{{Status: 500}, {Status: 503}}, []int{500, 503, 200}},
		"another operation":       {[]azuretest.Fault{{Operation: "keyvault.set", Status: 500}}, []int{200}},
		"a pattern":               {[]azuretest.Fault{{Operation: "keyvault.*", Status: 500}}, []int{500, 200}},
		"cut connection":          {[]azuretest.Fault{{Status: -1}}, []int{0, 200}},
		"second on a kept line":   {[]azuretest.Fault{{Status: -1, Nth: 2}}, []int{200, 0, 200}},
		"a code alone":            {[]azuretest.Fault{{Code: "Oops"}}, []int{500, 200}},
		"a body alone":            {[]azuretest.Fault{{Body: "<html>"}}, []int{200}},
		"delay and status differ": {[]azuretest.Fault{{Delay: time.Nanosecond, Times: -1}, {Status: 500}}, []int{500, 200}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			for _, f := range test.faults {
				srv.Fail(f)
			}
			require.Equal(t, test.want, statuses(t, srv, len(test.want)))
		})
	}
}

func TestFaultAnswers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault azuretest.Fault
		check func(t *testing.T, got answer)
	}{
		"the service's own error": {
			azuretest.Fault{Status: 429},
			func(t *testing.T, got answer) {
				t.Helper()
				require.Equal(t, "Throttled", got.At(t, "error", "code"))
				require.NotEmpty(t, got.Header.Get("X-Ms-Request-Id"))
				require.Empty(t, got.Header.Get("Retry-After"))
			},
		},
		"a code of the test's": {
			azuretest.Fault{Status: 403, Code: "Firewalled"},
			func(t *testing.T, got answer) {
				t.Helper()
				require.Equal(t, "Firewalled", got.At(t, "error", "code"))
			},
		},
		"Retry-After, rounded up": {
			azuretest.Fault{Status: 503, RetryAfter: 1500 * time.Millisecond},
			func(t *testing.T, got answer) {
				t.Helper()
				require.Equal(t, "2", got.Header.Get("Retry-After"))
				require.Equal(t, "ServiceUnavailable", got.At(t, "error", "code"))
			},
		},
		"the usual challenge": {
			azuretest.Fault{Status: 401},
			func(t *testing.T, got answer) {
				t.Helper()
				require.Contains(t, got.Header.Get("WWW-Authenticate"), `resource="https://vault.azure.net"`)
			},
		},
		"a bad challenge": {
			azuretest.Fault{Status: 401, Header: http.Header{"www-authenticate": {`Bearer authorization="https://login.example"`}}},
			func(t *testing.T, got answer) {
				t.Helper()
				require.Equal(t, []string{`Bearer authorization="https://login.example"`}, got.Header.Values("WWW-Authenticate"))
			},
		},
		"no challenge": {
			azuretest.Fault{Status: 401, Header: http.Header{"Www-Authenticate": {}}},
			func(t *testing.T, got answer) {
				t.Helper()
				require.Empty(t, got.Header.Values("WWW-Authenticate"))
			},
		},
		"garbage": {
			azuretest.Fault{Body: "<html>", Header: http.Header{"Content-Type": {"text/html"}}},
			func(t *testing.T, got answer) {
				t.Helper()
				require.Equal(t, 200, got.Status)
				require.Equal(t, "<html>", got.Body)
				require.Equal(t, "text/html", got.Header.Get("Content-Type"))
			},
		},
		"a redirect": {
			azuretest.Fault{Status: 307, Location: "https://evil.example/"},
			func(t *testing.T, got answer) {
				t.Helper()
				require.Equal(t, 307, got.Status)
				require.Equal(t, "https://evil.example/", got.Header.Get("Location"))
			},
		},
		"headers alone": {
			azuretest.Fault{Header: http.Header{"X-Test": {"1", "2"}}},
			func(t *testing.T, got answer) {
				t.Helper()
				require.Equal(t, "p@ssw0rd!", got.At(t, "value"))
				require.Equal(t, []string{"1", "2"}, got.Header.Values("X-Test"))
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			c := machine(srv)
			c.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			srv.Fail(test.fault)
			test.check(t, c.do(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", ""))
		})
	}
}

func TestFaultCuts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		after int64
		want  int
	}{
		"in the body":      {10, 10},
		"after the header": {-1, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			srv.Fail(azuretest.Fault{CutAfter: test.after})
			c := machine(srv)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", nil)
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer "+c.token)
			resp, err := c.client.Do(req)
			require.NoError(t, err)
			defer resp.Body.Close()
			require.Greater(t, resp.ContentLength, int64(100))
			got, err := io.ReadAll(resp.Body)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			require.Len(t, got, test.want)
			require.Equal(t, 200, statuses(t, srv, 1)[0], "the next one is whole")
		})
	}
}

func TestFaultDelays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		srv.Fail(azuretest.Fault{Delay: time.Minute, Times: 2})
		srv.Fail(azuretest.Fault{Delay: time.Hour, Status: 503})
		start := time.Now()
		require.Equal(t, []int{503}, statuses(t, srv, 1))
		require.Equal(t, time.Hour+time.Minute, time.Since(start))
		require.Equal(t, []int{200, 200}, statuses(t, srv, 2))
		require.Equal(t, time.Hour+2*time.Minute, time.Since(start))

		srv.Fail(azuretest.Fault{Delay: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, imdsToken, nil)
		require.NoError(t, err)
		_, err = srv.Client().Do(req)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestFaultForeignLink(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.Fail(azuretest.Fault{Operation: "keyvault.list", Location: "https://evil.example/next"})
	list := func() any {
		return machine(srv).do(t, http.MethodGet, tutorial+"/secrets?api-version=7.4", "").At(t, "nextLink")
	}
	require.Equal(t, "https://evil.example/next", list())
	require.Empty(t, list())
}

func TestFaultOnIMDS(t *testing.T) {
	t.Parallel()
	for status, code := range map[int]string{
		400: "invalid_request", 401: "unauthorized_client", 403: "access_denied", 404: "not_found",
		410: "gone", 429: "too_many_requests", 500: "unknown", 503: "unknown",
	} {
		srv := azuretest.New(t)
		srv.Fail(azuretest.Fault{Operation: "imds.token", Status: status})
		got := askIMDS(t, srv)
		require.Equal(t, status, got.Status)
		require.Equal(t, code, got.At(t, "error"))
		require.Equal(t, http.StatusOK, askIMDS(t, srv).Status)
	}
}

func TestFaultOnVault(t *testing.T) {
	t.Parallel()
	for status, code := range map[int]string{
		400: "BadParameter", 401: "Unauthorized", 403: "Forbidden", 404: "SecretNotFound", 409: "Conflict",
		429: "Throttled", 500: "InternalServerError", 503: "ServiceUnavailable",
	} {
		srv := azuretest.New(t)
		srv.Fail(azuretest.Fault{Operation: "keyvault.get", Status: status})
		got := machine(srv).do(t, http.MethodGet, tutorial+"/secrets/MyTestSecret?api-version=7.4", "")
		require.Equal(t, status, got.Status)
		require.Equal(t, code, got.At(t, "error", "code"))
		require.Contains(t, srv.Requests()[0].Reason, "fault")
	}
}

func TestFailRefusesABadPattern(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	require.PanicsWithValue(t, `azuretest: Fail: operation "[": syntax error in pattern`, func() {
		srv.Fail(azuretest.Fault{Operation: "["})
	})
	for _, status := range []int{1, 100, 199, 1000} {
		require.Panics(t, func() { srv.Fail(azuretest.Fault{Status: status}) })
	}
}
