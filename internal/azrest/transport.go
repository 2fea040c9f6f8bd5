package azrest

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Transport makes the sender of a pipeline from the two places a client's
// options have for one. With neither it is an HTTP client of its own.
//
// Redirects are never followed: an *http.Client is copied, and refuses them on
// the copy. Any other Transporter must see to that itself.
func Transport(client *http.Client, transporter policy.Transporter) (policy.Transporter, error) {
	inner, isClient := transporter.(*http.Client)
	switch {
	case client != nil && transporter != nil:
		return nil, errors.New("HTTPClient and Transport are both set in the client options: set one")
	case client != nil:
		return withoutRedirects(client), nil
	case isClient && inner != nil:
		return withoutRedirects(inner), nil
	case transporter != nil && !isClient:
		return transporter, nil
	default:
		return withoutRedirects(&http.Client{Transport: newHTTPTransport()}), nil
	}
}

func withoutRedirects(client *http.Client) *http.Client {
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// newHTTPTransport has no limit on the wait for an answer: that is the
// caller's context. It does find out that a connection is dead.
func newHTTPTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		ForceAttemptHTTP2:     true,
		HTTP2:                 &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
		MaxIdleConns:          100,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       90 * time.Second,
	}
}

// direct leaves out what an *http.Client would do for redirects, which are not
// followed, and names the request in errors as it does. A client with cookies or
// a timeout is used as it is.
func direct(sender policy.Transporter) policy.Transporter {
	client, ok := sender.(*http.Client)
	if !ok || client.Jar != nil || client.Timeout != 0 {
		return sender
	}
	if client.Transport == nil {
		return tripper{http.DefaultTransport}
	}
	return tripper{client.Transport}
}

type tripper struct{ http.RoundTripper }

// Do sends the request.
func (t tripper) Do(req *http.Request) (*http.Response, error) {
	resp, err := t.RoundTrip(req)
	if err == nil && resp == nil {
		err = errors.New("the RoundTripper answered nothing")
	}
	if err != nil {
		method := req.Method[:1] + strings.ToLower(req.Method[1:])
		return nil, &url.Error{Op: method, URL: req.URL.String(), Err: err}
	}
	return resp, nil
}

// wire is the innermost part of a pipeline. What it lets through is bounded,
// and its errors have lost the queries of their URLs, so that nothing above it
// can log them.
type wire struct{ next policy.Transporter }

// Do sends the request.
func (w wire) Do(req *http.Request) (*http.Response, error) {
	resp, err := w.next.Do(req)
	if err == nil && resp == nil {
		err = errors.New("the Transport answered nothing")
	}
	call := callOf(req.Context())
	call.tried(resp, err)
	if err != nil {
		return nil, ScrubError(err)
	}
	complete(resp)
	resp.Body = bound(resp, call.limit())
	return resp, nil
}

// complete adds what an *http.Client never leaves out, and a Transporter made for
// a test often does.
func complete(resp *http.Response) {
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	if resp.Header == nil {
		resp.Header = http.Header{}
	}
}
