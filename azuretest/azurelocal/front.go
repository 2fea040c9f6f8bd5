package main

import (
	"context"
	"net"
	"net/http"
	"strings"

	"github.com/keyless-go/azure/azuretest/azurelocal/internal/control"
)

// handler serves the http port: the proxy, the status page and the control API, and what
// package azuretest serves at a socket's own address: the token endpoints of a machine and
// of App Service, and the description of how to check tokens.
//
// Tunnels and streams end with ctx. What is asked of a service may go on for a while.
func (l *local) handler(ctx context.Context, page http.Handler) http.Handler {
	own := http.NewServeMux()
	own.Handle("/api/", control.Guard(until(ctx, l.touching(control.Handler(l.azure)))))
	for _, path := range []string{"/{$}", "/page/"} {
		own.Handle(path, control.Guard(until(ctx, l.touching(page))))
	}
	own.Handle("/", l.azure)
	tunnels := until(ctx, l.proxy)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodConnect:
			tunnels.ServeHTTP(w, r)
		case r.URL.IsAbs():
			l.proxy.ServeHTTP(w, r)
		case l.isOwn(r.Host):
			own.ServeHTTP(w, r)
		default:
			l.azure.ServeHTTP(w, r)
		}
	})
}

// until is a handler whose requests end when ctx is done.
func until(ctx context.Context, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		both, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		next.ServeHTTP(w, r.WithContext(both))
	})
}

// touching is a handler that may change something which no request to a service shows,
// such as the clock.
func (l *local) touching(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		if r.Method != http.MethodGet {
			l.keeper.Touch()
		}
	})
}

// isOwn reports whether a Host header means the http port itself. Any other is led here
// for the emulator's services, or by a DNS name that somebody has bound to 127.0.0.1.
func (l *local) isOwn(host string) bool {
	name, number, err := net.SplitHostPort(host)
	_, own, ownErr := net.SplitHostPort(l.ports.http.Addr().String())
	return err == nil && ownErr == nil && number == own && (name == "127.0.0.1" || strings.EqualFold(name, "localhost"))
}
