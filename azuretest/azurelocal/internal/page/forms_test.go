package page_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/azurelocal/internal/page"
)

// returned requires that the browser is sent back to a part of the page.
func returned(t *testing.T, w *httptest.ResponseRecorder, part string) {
	t.Helper()
	require.Equal(t, http.StatusSeeOther, w.Code, w.Body)
	require.Equal(t, "/#"+part, w.Header().Get("Location"))
}

func TestSwitch(t *testing.T) {
	t.Parallel()
	s := newSite(t, page.Options{})
	on := url.Values{"name": {"keyvault"}, "to": {"on"}}
	require.NotContains(t, s.page(t), `aria-checked="true"`)
	returned(t, s.post(t, "/page/switch", on), "faults")
	returned(t, s.post(t, "/page/switch", on), "faults")
	require.Len(t, s.azure.Faults(), 1, "twice on is on")
	s.ask(t, secretURL, "https://vault.azure.net")
	got := s.page(t)
	require.Equal(t, 1, strings.Count(got, `aria-checked="true"`))
	require.Contains(t, section(t, got, "requests"), `<span class="badge">fault</span> <span class="status">503</span>`)
	require.Contains(t, section(t, got, "faults"), `vaults answer 503 · struck 1`)
	require.Contains(t, section(t, got, "faults"), `<code>keyvault.*</code> status 503 Service Unavailable`)
	returned(t, s.post(t, "/page/switch", url.Values{"name": {"keyvault"}, "to": {"off"}}), "faults")
	require.Empty(t, s.azure.Faults())
	s.ask(t, secretURL, "https://vault.azure.net")
	require.Contains(t, section(t, s.page(t), "requests"), `<span class="badge">allowed</span>`)
	require.Equal(t, http.StatusUnprocessableEntity, s.post(t, "/page/switch", url.Values{"name": {"nothing"}, "to": {"on"}}).Code)
}

// Every switch does something, and one whose fault is removed elsewhere is off.
func TestSwitches(t *testing.T) {
	t.Parallel()
	s := newSite(t, page.Options{})
	for _, name := range []string{"throttle", "slow", "cut", "tokens", "keyvault", "arm", "storage", "datalake", "sql"} {
		returned(t, s.post(t, "/page/switch", url.Values{"name": {name}, "to": {"on"}}), "faults")
		require.Contains(t, s.page(t), `id="switch-`+name+`" name="to" value="off" role="switch" aria-checked="true"`)
		require.Len(t, s.azure.Faults(), 1)
		require.Equal(t, -1, s.azure.Faults()[0].Left)
		s.azure.RemoveFault(s.azure.Faults()[0].ID)
		require.Contains(t, s.page(t), `id="switch-`+name+`" name="to" value="on" role="switch" aria-checked="false"`)
	}
}

func TestAddFault(t *testing.T) {
	t.Parallel()
	s := newSite(t, page.Options{})
	returned(t, s.post(t, "/page/faults", url.Values{
		"operation": {" keyvault.get "}, "status": {"429"}, "code": {"Throttled"}, "retry-after": {"2s"}, "delay": {"1ms"},
		"cut-after": {"7"}, "nth": {"22"}, "times": {"3"},
	}), "faults")
	require.Equal(t, azuretest.Fault{
		Operation: "keyvault.get", Status: 429, Code: "Throttled", RetryAfter: 2 * time.Second, Delay: time.Millisecond, CutAfter: 7, Nth: 22, Times: 3,
	}, s.azure.Faults()[0].Fault)
	got := section(t, s.page(t), "faults")
	require.Contains(t, got, "<code>keyvault.get</code> waits 1ms, status 429 Too Many Requests, error code Throttled, Retry-After 2s, cut after 7 bytes")
	require.Contains(t, got, "struck 0, from the 22nd on, 3 left")
	id := got[strings.Index(got, `id="remove-`)+len(`id="remove-`):]
	id = id[:strings.Index(id, `"`)]
	returned(t, s.post(t, "/page/faults/remove", url.Values{"id": {id}}), "faults")
	require.Empty(t, s.azure.Faults())
	returned(t, s.post(t, "/page/faults/remove", url.Values{"id": {id}}), "faults")
}

func TestBadForms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		path string
		form url.Values
		want string
	}{
		{"nothing", "/page/faults", url.Values{"operation": {"*"}}, "say what goes wrong: a status, an error code, a delay or a cut."},
		{"no pattern", "/page/faults", url.Values{"operation": {"["}, "status": {"500"}}, "operation &#34;[&#34;: syntax error in pattern."},
		{"no status", "/page/faults", url.Values{"status": {"5oo"}}, "the status is a whole number, not &#34;5oo&#34;."},
		{"no answer's status", "/page/faults", url.Values{"status": {"100"}}, "no answer has status 100."},
		{"no delay", "/page/faults", url.Values{"delay": {"2"}}, "the delay is a duration such as 2s or 500ms, not &#34;2&#34;."},
		{"a delay into the past", "/page/faults", url.Values{"delay": {"-2s"}}, "the delay is a duration"},
		{"no time to come back", "/page/faults", url.Values{"retry-after": {"soon"}}, "Retry-After is a duration"},
		{"no bytes", "/page/faults", url.Values{"cut-after": {"1e9"}}, "the bytes to cut after is a whole number"},
		{"no place", "/page/faults", url.Values{"nth": {"x"}}, "the first request is a whole number"},
		{"the request before the first", "/page/faults", url.Values{"nth": {"0"}, "status": {"500"}}, "the first request is counted from 1, not from &#34;0&#34;."},
		{"no operation", "/page/faults", url.Values{"operation": {"keyvault.gett"}, "status": {"500"}}, "no operation is called &#34;keyvault.gett&#34;; there are keyvault.backup, "},
		{"no count", "/page/faults", url.Values{"times": {strings.Repeat("9", 99)}}, "…&#34;."},
		{"no fault", "/page/faults/remove", url.Values{"id": {"<b>"}}, "There is no fault &#34;&lt;b&gt;&#34;."},
		{"no duration", "/page/clock", url.Values{"by": {"tomorrow"}}, "not by &#34;tomorrow&#34;."},
		{"no form", "/page/clock", nil, "not by &#34;&#34;."},
		{"too far", "/page/clock", url.Values{"by": {"900000h"}}, "further than 100 years"},
		{"too far back", "/page/clock", url.Values{"by": {"-900000h"}}, "further than 100 years"},
		{"too much", "/page/clock", url.Values{"by": {strings.Repeat("1h", 40<<10)}}, "not by &#34;&#34;."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, page.Options{})
			w := s.post(t, test.path, test.form)
			require.Equal(t, http.StatusUnprocessableEntity, w.Code)
			require.Regexp(t, `<p class="problem" role="alert">[^<]+</p>`, w.Body.String())
			require.Contains(t, w.Body.String(), test.want)
			require.Empty(t, s.azure.Faults())
			require.InDelta(t, 0, time.Until(s.azure.Now()).Seconds(), 1)
			if status := test.form.Get("status"); status != "" {
				require.Contains(t, w.Body.String(), `value="`+status+`"`, "what has been typed is still there")
			}
		})
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	s := newSite(t, page.Options{})
	ahead := func() time.Duration { return time.Until(s.azure.Now()).Round(time.Second) }
	require.Contains(t, section(t, s.page(t), "clock"), "is the machine's.")
	for _, step := range []struct {
		by    string
		ahead time.Duration
		text  string
	}{
		{"5m", 5 * time.Minute, "<strong>5m ahead</strong>"},
		{"1h", 65 * time.Minute, "<strong>1h5m ahead</strong>"},
		{"2160h", 2161*time.Hour + 5*time.Minute, "<strong>90 days 1h5m ahead</strong>"},
		{"reset", 0, "is the machine's."},
		{"-1h30s", -time.Hour - 30*time.Second, "<strong>1h0m30s behind</strong>"},
	} {
		returned(t, s.post(t, "/page/clock", url.Values{"by": {step.by}}), "clock")
		require.Equal(t, step.ahead, ahead())
		require.Contains(t, section(t, s.page(t), "clock"), step.text)
	}
}

// A token is shown as expired as soon as it is by the emulator's clock.
func TestClockExpiresTokens(t *testing.T) {
	t.Parallel()
	s := newSite(t, page.Options{})
	s.azure.SystemIdentity().Token("https://vault.azure.net", time.Hour)
	require.NotContains(t, section(t, s.page(t), "tokens"), "expired")
	s.post(t, "/page/clock", url.Values{"by": {"1h"}})
	require.Contains(t, section(t, s.page(t), "tokens"), "expired")
}

// Another site's page cannot use the forms.
func TestFormsOfOtherSites(t *testing.T) {
	t.Parallel()
	s := newSite(t, page.Options{})
	for _, header := range [][]string{
		{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"},
		{"Sec-Fetch-Site: same-site", "Origin: http://127.0.0.1:9999"},
		{"Sec-Fetch-Site: ", "Origin: https://evil.example"},
		{"Sec-Fetch-Site: ", "Origin: null"},
	} {
		for path, form := range map[string]url.Values{
			"/page/switch": {"name": {"throttle"}, "to": {"on"}}, "/page/faults": {"status": {"500"}}, "/page/clock": {"by": {"1h"}},
		} {
			require.Equal(t, http.StatusForbidden, s.post(t, path, form, header...).Code, header)
		}
	}
	require.Empty(t, s.azure.Faults())
	require.Equal(t, http.StatusMethodNotAllowed, s.get(t, "/page/clock?by=1h").Code)
}
