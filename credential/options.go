package credential

import (
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// ManagedIdentityCredentialOptions tune [NewManagedIdentityCredential]. The
// zero value, and nil, mean: the system-assigned identity of wherever the
// program runs.
type ManagedIdentityCredentialOptions struct {
	// HTTPClient sends the token requests. Nil: a client of the credential's
	// own, which uses no proxy. The client given is copied: the copy follows
	// no redirects, keeps no cookies and, where its Transport is nil or an
	// [*http.Transport], uses no proxy. Of any other Transport the proxy
	// cannot be known, so it must not use one. Workload identity alone asks
	// the internet: there proxies are used as they are set. It and Transport
	// must not both be set.
	HTTPClient *http.Client
	// ClientOptions are azcore's. Of Retry, MaxRetries (negative: none),
	// RetryDelay, MaxRetryDelay and TryTimeout (zero: 10 s) are used, within each
	// source's own rules for what is worth another try. Cloud is used by workload
	// identity alone. APIVersion is not used: each source has its own. Bodies
	// are never logged, whatever Logging says. TracingProvider gets a span for
	// each fetch, which is nobody's child: callers share it.
	azcore.ClientOptions
	// ID names a user-assigned identity. Nil: the system-assigned one.
	ID ManagedIDKind
	// Source is where to ask. Zero: detected from the environment, once, by
	// the constructor. See [ManagedIdentityCredential.Status] for the result.
	Source Source
	// Endpoint is the URL to ask instead of the source's own. A URL without
	// a path gets the source's standard path; for workload identity it is the
	// authority, to which the tenant's path is added. Without a Source it is
	// taken for one that speaks the protocol of virtual machines.
	Endpoint string
	// Observer, if not nil, is told of every fetch when it has ended, and of an
	// [EventFallback] when it happens, never of a token served from the cache. It
	// is called on the fetch's goroutine, so it must be quick, safe for concurrent
	// use, and ask the credential for no token: that would wait for the very
	// fetch. If it panics, the fetch fails.
	Observer func(Event)
}
