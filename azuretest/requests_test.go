package azuretest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestRequestsSayWhatHappened(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		c := machine(srv)
		c.do(t, http.MethodPut, tutorial+"/secrets/a?api-version=7.4", `{"value":"v"}`, "Content-Type", "application/json")
		srv.Advance(time.Hour)
		c.do(t, http.MethodGet, tutorial+"/secrets/a?api-version=7.4", "")
		list := srv.Requests()
		require.Len(t, list, 2)

		require.Equal(t, http.MethodPut, list[0].Method)
		require.Equal(t, tutorial+"/secrets/a?api-version=7.4", list[0].URL)
		require.Equal(t, "keyvault.set", list[0].Operation)
		require.Equal(t, "DevTestVM", list[0].Identity)
		require.Equal(t, 200, list[0].Status)
		require.Empty(t, list[0].Reason)
		require.JSONEq(t, `{"value":"v"}`, string(list[0].Body))
		require.Equal(t, "application/json", list[0].Header.Get("Content-Type"))
		require.True(t, list[0].Time.Equal(time.Now()))

		require.Equal(t, 401, list[1].Status)
		require.Contains(t, list[1].Reason, "expired")
		require.True(t, list[1].Time.Equal(time.Now().Add(time.Hour)))

		list[0].Body[0], list[0].Header["Content-Type"][0] = 'X', "X"
		require.NotEqual(t, list[0], srv.Requests()[0], "the caller owns the result")
	})
}

func TestRequestsHoldNoToken(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := machine(srv)
	url := tutorial + "/secrets/a?api-version=7.4&token=" + c.token
	c.do(t, http.MethodPut, url, `{"value":"`+c.token+`"}`, "Secret", "hush-1", "X-IDENTITY-HEADER", "hush-2", "X-Other", c.token)
	c.do(t, http.MethodPut, url, c.token, "Authorization", "hush-3")
	printed := fmt.Sprintf("%v %+v %#v", srv.Requests(), srv.Requests(), srv.Requests())
	data, err := json.Marshal(srv.Requests())
	require.NoError(t, err)
	for _, r := range srv.Requests() {
		printed += string(r.Body)
	}
	for _, secret := range append(strings.Split(c.token, "."), "hush-1", "hush-2", "hush-3") {
		require.NotContains(t, printed+string(data), secret)
	}
	require.Equal(t, "Bearer REDACTED", srv.Requests()[0].Header.Get("Authorization"))
	require.JSONEq(t, `{"value":"REDACTED"}`, string(srv.Requests()[0].Body))
}

func TestRequestsRedactACutToken(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := machine(srv)
	for _, room := range []int{100, 500, 900} { // in the claims, and in the signature
		c.do(t, http.MethodPut, tutorial+"/secrets/a?api-version=7.4", strings.Repeat(" ", 64<<10-room)+c.token)
	}
	for _, r := range srv.Requests() {
		require.Len(t, strings.Fields(string(r.Body)), 1)
		require.Equal(t, "REDACTED", strings.TrimSpace(string(r.Body)))
	}
}

func TestRequestsHoldNoSignature(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := machine(srv)
	const signature = "aHVzaA+/hush%2Fhush%3D"
	for _, sas := range []string{
		"sp=r&sig=" + signature + "&se=2026",
		"sig=" + signature,
		"sp=r&Sig=" + signature,
		"sp=r&%73ig=" + signature,
		"copy=https%3A%2F%2Fa.example%2Fb%3Fsig%3D" + signature,
		"copy=https%3A%2F%2Fa.example%2Fb%3Fsp%3Dr%26sig%3D" + signature + "%26se%3D2026",
	} {
		c.do(t, http.MethodPut, tutorial+"/secrets/a?api-version=7.4&"+sas, sas, "X-Other", sas)
	}
	for _, body := range []string{`{"value":"sp=r\u0026sig=` + signature + `"}`, `{"value":"b\u003fsig\u003d` + signature + `"}`} {
		c.do(t, http.MethodPut, tutorial+"/secrets/a?api-version=7.4", body, "Content-Type", "application/json")
	}
	list := srv.Requests()
	require.Len(t, list, 8)
	for _, r := range list {
		require.NotContains(t, fmt.Sprint(r.URL, r.Header, string(r.Body)), "hush")
	}
	require.Contains(t, list[0].URL, "&sp=r&sig=REDACTED&se=2026")
	require.JSONEq(t, `{"value":"sp=r&sig=REDACTED"}`, string(list[6].Body))

	c.do(t, http.MethodPut, tutorial+"/secrets/a?api-version=7.4", "design=oak&sigh=deep")
	require.Equal(t, "design=oak&sigh=deep", string(srv.Requests()[8].Body))
}

// Whoever reads a query takes its names in any case, and escaped in any place.
func TestRequestsHoldNoSignatureHoweverSpelt(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	c := machine(srv)
	for _, name := range []string{"sIg", "SiG", "s%69g", "si%67", "%53%49%47", "S%49g"} {
		c.do(t, http.MethodGet, tutorial+"/secrets/a?api-version=7.4&"+name+"=hush%2Fhush", "")
	}
	for _, r := range srv.Requests() {
		require.NotContains(t, r.URL, "hush")
	}
}

func TestRequestsCutBodies(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	machine(srv).do(t, http.MethodPut, tutorial+"/secrets/a?api-version=7.4", strings.Repeat("x", 100<<10))
	require.Len(t, srv.Requests()[0].Body, 64<<10)
}

// Bodies have 32 MiB in all; it is the oldest that go, of requests to any service.
func TestRequestsBoundAllBodies(t *testing.T) {
	t.Parallel()
	const full, all = 64 << 10, 32 << 20
	srv := azuretest.New(t)
	body := strings.Repeat("x", full)
	for i := range 2 * all / full {
		if i%2 == 0 {
			srv.Receive(azuretest.Request{Operation: "sql.batch", Body: []byte(body)}).Finish(0, "", "")
			continue
		}
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "http://nobody.example/", strings.NewReader(body))
		srv.ServeHTTP(httptest.NewRecorder(), req)
	}
	list := srv.Requests()
	require.Len(t, list, 2*all/full, "the requests stay")
	first := slices.IndexFunc(list, func(r azuretest.Request) bool { return r.Body != nil })
	for _, r := range list[first:] {
		require.Len(t, r.Body, full, "the newest keep theirs")
	}
	kept := (len(list) - first) * full
	require.LessOrEqual(t, kept, all)
	require.Greater(t, kept, all-2<<20)
}

// What is refused before the service reads it is there too.
func TestRequestsHoldTheBodyOfARefusedRequest(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	caller{client: srv.Client()}.do(t, http.MethodPut, tutorial+"/secrets/a?api-version=7.4", `{"value":"v"}`)
	require.JSONEq(t, `{"value":"v"}`, string(srv.Requests()[0].Body))
}

func TestRequestsKeepTheLast(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	for i := range 10_050 {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://nobody.example/%d", i), nil)
		srv.ServeHTTP(httptest.NewRecorder(), req)
	}
	list := srv.Requests()
	require.Len(t, list, 10_000)
	require.Equal(t, "http://nobody.example/50", list[0].URL)
	require.Equal(t, "http://nobody.example/10049", list[9_999].URL)
	require.Equal(t, "unknown", list[0].Operation)
	require.Equal(t, 404, list[0].Status)
	require.Contains(t, list[0].Reason, "nobody.example")
}

func TestRequestsInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		srv.Fail(azuretest.Fault{Delay: time.Hour})
		done := make(chan int)
		go func() { done <- askIMDS(t, srv).Status }()
		synctest.Wait()
		require.Zero(t, srv.Requests()[0].Status)
		require.Equal(t, 200, <-done)
		require.Equal(t, 200, srv.Requests()[0].Status)
	})
}

func TestRequestsOfABodyThatBreaks(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPut, tutorial+"/secrets/a?api-version=7.4", &brokenBody{})
	req.ContentLength = 10
	req.Header.Set("Authorization", "Bearer "+machine(srv).token)
	rec := httptest.NewRecorder()
	srv.ServeHTTP(rec, req)
	require.Equal(t, http.StatusRequestEntityTooLarge, rec.Code)
	require.Equal(t, "ha", string(srv.Requests()[0].Body))
}

type brokenBody struct{ read bool }

func (b *brokenBody) Read(p []byte) (int, error) {
	if b.read {
		return 0, http.ErrBodyReadAfterClose
	}
	b.read = true
	return copy(p, "ha"), nil
}
