package credential_test

import (
	"io"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

func appServiceEnv() map[string]string {
	return map[string]string{"IDENTITY_ENDPOINT": "http://169.254.130.3:8081/msi/token", "IDENTITY_HEADER": "first-header"}
}

// TestAppServiceRequest: parameters are added to the platform's address as it is.
func TestAppServiceRequest(t *testing.T) {
	const resource = "resource=https%3A%2F%2Fvault.azure.net"
	for name, tc := range map[string]struct {
		endpoint string
		id       credential.ManagedIDKind
		want     string
	}{
		"system-assigned":    {"http://localhost:8081/msi/token", nil, "http://localhost:8081/msi/token?api-version=2019-08-01&" + resource},
		"slash at the end":   {"http://127.0.0.1:41234/MSI/token/", nil, "http://127.0.0.1:41234/MSI/token/?api-version=2019-08-01&" + resource},
		"a query of its own": {"http://localhost:8081/msi/token?app=a%20b", nil, "http://localhost:8081/msi/token?api-version=2019-08-01&app=a+b&" + resource},
		"no path":            {"http://localhost:8081", nil, "http://localhost:8081/msi/token?api-version=2019-08-01&" + resource},
		"client ID":          {"http://localhost:8081/msi/token", credential.ClientID(someGUID), "http://localhost:8081/msi/token?api-version=2019-08-01&client_id=" + someGUID + "&" + resource},
		"object ID":          {"http://localhost:8081/msi/token", credential.ObjectID(someGUID), "http://localhost:8081/msi/token?api-version=2019-08-01&principal_id=" + someGUID + "&" + resource},
		"resource ID":        {"http://localhost:8081/msi/token", credential.ResourceID("/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/n"), "http://localhost:8081/msi/token?api-version=2019-08-01&mi_res_id=%2Fsubscriptions%2Fs%2FresourceGroups%2Fg%2Fproviders%2FMicrosoft.ManagedIdentity%2FuserAssignedIdentities%2Fn&" + resource},
	} {
		t.Run(name, func(t *testing.T) {
			cleanEnv(t, map[string]string{"IDENTITY_ENDPOINT": tc.endpoint, "IDENTITY_HEADER": "header"})
			s := newSite(issue(time.Hour, map[string]any{"client_id": someGUID}))
			mustGet(t, newCred(t, s, options{ID: tc.id}))
			c := s.call(0)
			require.Equal(t, http.MethodGet, c.method)
			require.Equal(t, tc.want, c.url)
			require.Equal(t, []string{"header"}, c.header.Values("X-Identity-Header"))
			require.Empty(t, c.header.Values("Metadata"))
		})
	}
}

// TestAppServiceHeaderRotation: the header is read for each request, and once
// more if it has changed while a request with it was refused.
func TestAppServiceHeaderRotation(t *testing.T) {
	cleanEnv(t, appServiceEnv())
	s := newSite(issue(time.Hour))
	c := newCred(t, s, options{})
	require.NoError(t, c.Prefetch(t.Context(), "https://a.example"))
	require.Equal(t, "first-header", s.call(0).header.Get("X-Identity-Header"))

	t.Setenv("IDENTITY_HEADER", "second-header")
	require.NoError(t, c.Prefetch(t.Context(), "https://b.example"))
	require.Equal(t, "second-header", s.call(1).header.Get("X-Identity-Header"))

	for _, status := range []int{401, 403} {
		before := s.count()
		s.become(func(req *http.Request) (*http.Response, error) {
			t.Setenv("IDENTITY_HEADER", req.Header.Get("X-Identity-Header")+"-new")
			return say(status, "")(req)
		}, issue(time.Hour))
		require.NoError(t, c.Prefetch(t.Context(), "https://c.example/"+strconv.Itoa(status)+"/.default"))
		require.Equal(t, before+2, s.count())
		require.Equal(t, s.call(before).header.Get("X-Identity-Header")+"-new", s.call(before+1).header.Get("X-Identity-Header"))
	}
}

// TestAppServiceHeaderRefused: the same header again would be refused again.
func TestAppServiceHeaderRefused(t *testing.T) {
	cleanEnv(t, appServiceEnv())
	s := newSite(say(401, `{"statusCode":401,"message":"wrong header"}`))
	require.Equal(t, 401, failure(t, newCred(t, s, options{})).StatusCode)
	require.Equal(t, 1, s.count())
}

// TestAppServiceRetries: three more tries for what passes; 404 only while the
// identity's sidecar may be starting.
func TestAppServiceRetries(t *testing.T) {
	for status, tries := range map[int]int{408: 4, 429: 4, 500: 4, 503: 4, 404: 4, 400: 1, 401: 1, 403: 1} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			cleanEnv(t, appServiceEnv())
			synctest.Test(t, func(t *testing.T) {
				s := newSite(say(status, ""))
				require.Equal(t, tries, failure(t, newCred(t, s, options{})).Attempts)
				require.Equal(t, tries, s.count())
				if tries > 1 {
					between(t, 400*time.Millisecond, 800*time.Millisecond, s.call(1).at.Sub(s.call(0).at))
					between(t, 800*time.Millisecond, 1600*time.Millisecond, s.call(2).at.Sub(s.call(1).at))
					between(t, 1600*time.Millisecond, 3200*time.Millisecond, s.call(3).at.Sub(s.call(2).at))
				}
			})
		})
	}
	cleanEnv(t, appServiceEnv())
	synctest.Test(t, func(t *testing.T) {
		s := newSite(say(404, ""))
		c := newCred(t, s, options{})
		time.Sleep(30 * time.Second)
		failure(t, c)
		require.Equal(t, 1, s.count())
	})
}

// between is inclusive.
func between(t *testing.T, low, high, got time.Duration) {
	t.Helper()
	require.True(t, low <= got && got <= high, "%s is not from %s to %s", got, low, high)
}

func unsupportedVersion(status int) reply {
	return say(status, `{"error":{"code":"UnsupportedApiVersion","message":"The HTTP resource does not support the API version '2019-08-01'"}}`)
}

// TestAppServiceFallback: Functions on Linux Consumption announces one protocol
// and answers in the older one only. That is found once and remembered.
func TestAppServiceFallback(t *testing.T) {
	const resource = "resource=https%3A%2F%2Fvault.azure.net"
	for name, tc := range map[string]struct {
		env         map[string]string
		id          credential.ManagedIDKind
		endpoint    string
		url, secret string
	}{
		"same endpoint":   {nil, nil, "", "http://169.254.130.3:8081/msi/token?api-version=2017-09-01&" + resource, "first-header"},
		"older variables": {map[string]string{"MSI_ENDPOINT": "http://localhost:8082/msi", "MSI_SECRET": "older"}, nil, "", "http://localhost:8082/msi?api-version=2017-09-01&" + resource, "older"},
		"half of them":    {map[string]string{"MSI_ENDPOINT": "http://localhost:8082/msi"}, nil, "", "http://169.254.130.3:8081/msi/token?api-version=2017-09-01&" + resource, "first-header"},
		"malformed":       {map[string]string{"MSI_ENDPOINT": ":", "MSI_SECRET": "older"}, nil, "", "http://169.254.130.3:8081/msi/token?api-version=2017-09-01&" + resource, "first-header"},
		"endpoint chosen": {map[string]string{"MSI_ENDPOINT": "http://localhost:8082/msi", "MSI_SECRET": "older"}, nil, "http://localhost:9/x", "http://localhost:9/x?api-version=2017-09-01&" + resource, "first-header"},
		"client ID":       {nil, credential.ClientID(someGUID), "", "http://169.254.130.3:8081/msi/token?api-version=2017-09-01&clientid=" + someGUID + "&" + resource, "first-header"},
	} {
		t.Run(name, func(t *testing.T) {
			cleanEnv(t, appServiceEnv())
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			dated := issue(time.Hour, map[string]any{"expires_on": time.Now().Add(time.Hour).UTC().Format("1/2/2006 3:04:05 PM -07:00")})
			s := newSite(unsupportedVersion(400), dated)
			var events []credential.Event
			c := newCred(t, s, options{ID: tc.id, Endpoint: tc.endpoint, Source: credential.SourceAppService, Observer: func(e credential.Event) { events = append(events, e) }})
			mustGet(t, c)
			require.Equal(t, tc.url, s.call(1).url)
			require.Equal(t, tc.secret, s.call(1).header.Get("Secret"))
			require.Empty(t, s.call(1).header.Get("X-Identity-Header"))

			require.NoError(t, c.Prefetch(t.Context(), "https://other.example"))
			require.Equal(t, 3, s.count(), "remembered")
			require.Contains(t, s.call(2).url, "api-version=2017-09-01")
			require.Len(t, events, 3)
			require.Equal(t, credential.EventFallback, events[0].Kind)
			require.Equal(t, credential.EventFetched, events[1].Kind)
			require.Equal(t, credential.EventFetched, events[2].Kind)
		})
	}
}

// TestAppServiceNoFallback: what the older protocol cannot say is not asked in
// it, and what fails in it too is not remembered.
func TestAppServiceNoFallback(t *testing.T) {
	cleanEnv(t, appServiceEnv())
	for _, id := range []credential.ManagedIDKind{credential.ObjectID(someGUID), credential.ResourceID(someID)} {
		s := newSite(unsupportedVersion(400))
		e := failure(t, newCred(t, s, options{ID: id}))
		require.Equal(t, "UnsupportedApiVersion", e.Code)
		require.Equal(t, 1, s.count())
	}
	s := newSite(unsupportedVersion(400), say(400, `{"statusCode":400,"message":"Unable to load the proper Managed Identity."}`))
	c := newCred(t, s, options{})
	require.ErrorIs(t, failure(t, c), credential.ErrIdentityNotFound)
	require.Error(t, c.Prefetch(t.Context(), "https://other.example"))
	require.Contains(t, s.call(2).url, "api-version=2019-08-01")

	s = newSite(say(400, `{"error":{"code":"Other","message":"UnsupportedApiVersion"}}`))
	failure(t, newCred(t, s, options{}))
	require.Equal(t, 1, s.count(), "the code counts, not the text")
}

// TestAppServiceNeedsItsVariables: without them there is nobody to ask.
func TestAppServiceNeedsItsVariables(t *testing.T) {
	for _, missing := range keysOf(appServiceEnv()) {
		env := appServiceEnv()
		env[missing] = ""
		cleanEnv(t, env)
		_, err := credential.NewManagedIdentityCredential(&options{Source: credential.SourceAppService})
		require.ErrorContains(t, err, "IDENTITY_HEADER and Endpoint or IDENTITY_ENDPOINT must be set")
	}
}

// TestAppServiceInTheBackground is one request.
func TestAppServiceInTheBackground(t *testing.T) {
	w := newWorld(t, credential.SourceAppService)
	synctest.Test(t, func(t *testing.T) {
		c := w.cred(t)
		first := mustGet(t, c)
		w.instead = func(rw http.ResponseWriter, _ *http.Request) {
			t.Setenv("IDENTITY_HEADER", "changed")
			rw.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(rw, "refused")
		}
		sleepUntil(first.RefreshOn)
		mustGet(t, c)
		synctest.Wait()
		require.Equal(t, 2, w.count())
	})
}
