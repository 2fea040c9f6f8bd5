package credential_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"sync/atomic"
	"testing"
)

// envProxy counts what reaches the proxy that the environment of this whole
// test program names. It is set before any test because net/http reads the
// variables once in a process.
var envProxy atomic.Int64

func TestMain(m *testing.M) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		envProxy.Add(1)
		w.WriteHeader(http.StatusTeapot)
	}))
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY"} {
		if err := os.Setenv(name, proxy.URL); err != nil {
			panic(err)
		}
	}
	elsewhere := &http.Request{URL: &url.URL{Scheme: "http", Host: "elsewhere.example"}}
	if used, err := http.ProxyFromEnvironment(elsewhere); err != nil || used == nil {
		panic("the environment's proxy is not in use")
	}
	code := m.Run()
	proxy.Close()
	os.Exit(code)
}
