// Package proxy lets programs of any language reach the emulator under real host
// names: an HTTP proxy that ends TLS itself and never connects to anything.
package proxy

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/keyless-go/azure/azuretest"
)

// A Dialer connects to a service that does not speak HTTP, in memory.
type Dialer interface {
	DialContext(ctx context.Context, network, addr string) (net.Conn, error)
}

// A Proxy is an HTTP proxy, for CONNECT and for plain http, behind which is the
// emulator and nothing else. Make it with [New]. It is safe for concurrent use.
type Proxy struct {
	azure *azuretest.Server
	sql   Dialer
	inner http.Server // serves what is in tunnels, and what has come by TLS
}

// New returns a Proxy to an emulator, and to databases if sql is not nil. It does no
// I/O. Close it after use.
func New(azure *azuretest.Server, sql Dialer) *Proxy {
	p := &Proxy{azure: azure, sql: sql}
	p.inner.Handler = azure
	p.inner.ReadHeaderTimeout = patience
	p.inner.ErrorLog = quiet(os.Stderr)
	p.inner.Protocols = new(http.Protocols)
	p.inner.Protocols.SetHTTP1(true)
	p.inner.Protocols.SetHTTP2(true)
	return p
}

// patience is how long a client may take to say what it wants.
const patience = time.Minute

// Shutdown lets requests that are being served go on until ctx is done, and ends all
// connections.
func (p *Proxy) Shutdown(ctx context.Context) {
	if p.inner.Shutdown(ctx) != nil {
		_ = p.inner.Close() // its listeners are the caller's
	}
}

// Close ends all connections.
func (p *Proxy) Close() error { return p.inner.Close() }

// ServeTLS serves TLS connections of clients that have found the way themselves: by a
// file of hosts, or by curl's --connect-to. The certificate is for the host that they
// ask for. It returns after Close.
func (p *Proxy) ServeTLS(l net.Listener) error {
	return p.inner.Serve(tls.NewListener(l, p.config("")))
}

// ServeHTTP answers CONNECT, and requests for the URLs of other hosts.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		p.connect(w, r)
		return
	}
	addr, secure := withPort(r.URL.Host, "80"), r.URL.Scheme == "https"
	if secure {
		// Some clients ask a proxy for https without a tunnel, such as axios.
		addr, r.TLS = withPort(r.URL.Host, "443"), new(tls.ConnectionState)
	}
	if p.azure.Reach(addr, secure) != nil {
		p.refuse(w, r, addr)
		return
	}
	r.Header.Del("Proxy-Connection")
	r.Header.Del("Proxy-Authorization")
	p.azure.ServeHTTP(w, r)
}

// refuse is the answer to a request for a host that is none of the emulator's.
func (p *Proxy) refuse(w http.ResponseWriter, r *http.Request, addr string) {
	why := "azurelocal has no service at " + addr + ", and sends nothing to other machines. " +
		"A vault, account or data lake that is to be there must be in the seed."
	url := r.URL.Scheme + "://" + addr + r.URL.RequestURI()
	if r.Method == http.MethodConnect {
		url = "https://" + addr
	}
	p.azure.Refused(azuretest.Request{Method: r.Method, URL: url, Operation: "proxy.refused", Status: http.StatusForbidden, Reason: why})
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusForbidden)
	_, _ = io.WriteString(w, why+"\n") //nolint:gosec // G705: it is plain text
}

func withPort(hostport, port string) string {
	if _, _, err := net.SplitHostPort(hostport); err == nil {
		return hostport
	}
	return net.JoinHostPort(hostport, port)
}
