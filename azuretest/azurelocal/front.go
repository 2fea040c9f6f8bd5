package main

import (
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/keyless-go/azure/azuretest/azurelocal/internal/control"
)

// handler serves the http port: the proxy, the token endpoints of a machine and of App
// Service, the control API and the status page.
func (l *local) handler() http.Handler {
	own := http.NewServeMux()
	own.Handle("/api/", control.Handler(l.azure))
	own.Handle("/", l.page())
	guarded := control.Guard(own)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodConnect || r.URL.IsAbs():
			l.proxy.ServeHTTP(w, r)
		case !l.isOwn(r.Host) || isTokenPath(r.URL.Path):
			l.azure.ServeHTTP(w, r)
		default:
			guarded.ServeHTTP(w, r)
		}
	})
}

// page is what is shown at the http port.
func (l *local) page() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, "azurelocal: Azure on this machine, for tests\n") // the client may have left
	})
}

// isOwn reports whether a Host header means the http port itself. Any other is led here
// for the emulator's services, or by a DNS name that somebody has bound to 127.0.0.1.
func (l *local) isOwn(host string) bool {
	name, number, err := net.SplitHostPort(host)
	_, own, ownErr := net.SplitHostPort(l.ports.http.Addr().String())
	return err == nil && ownErr == nil && number == own && (name == "127.0.0.1" || strings.EqualFold(name, "localhost"))
}

// isTokenPath reports whether a path is one of a token endpoint's.
func isTokenPath(path string) bool {
	path = strings.ToLower(path)
	return strings.HasPrefix(path, "/metadata/") || strings.HasPrefix(path, "/msi/") || strings.HasPrefix(path, "/oauth2/")
}
