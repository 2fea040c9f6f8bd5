package credential

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/keyless-go/azure/internal/azrest"
)

// NewTransport makes an [http.RoundTripper] that signs requests with a token of
// cred for scope, for services that this library has no client for:
//
//	client := &http.Client{Transport: credential.NewTransport(cred, "https://cognitiveservices.azure.com/.default", nil, "contoso.cognitiveservices.azure.com")}
//
// Only requests by https to one of hosts are signed; a host may name a port,
// else it stands for the standard one. All others go out as they are, so that a
// redirect takes no token along. So does a request with an Authorization header
// of its own. Requests go out by base, nil means [http.DefaultTransport]. Without
// hosts, or with one that is none, every request is an error.
//
// A claims challenge is answered once, if the request can be sent again. Tokens
// are kept as by [NewCached]. It does no I/O, and the result is safe for
// concurrent use.
func NewTransport(cred azcore.TokenCredential, scope string, base http.RoundTripper, hosts ...string) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	t := &transport{cred: NewCached(cred, nil), scope: scope, base: base, hosts: make(map[string]bool, len(hosts))}
	for _, host := range hosts {
		if u, err := url.Parse("https://" + host); err != nil || u.Host != host || u.Hostname() == "" || strings.Contains(host, "*") {
			t.invalid = append(t.invalid, host)
		}
		t.hosts[azrest.CanonicalHost(&url.URL{Scheme: "https", Host: host})] = true
	}
	return t
}

type transport struct {
	invalid []string // hosts that are none
	cred    *CachedCredential
	scope   string
	base    http.RoundTripper
	hosts   map[string]bool
}

func (t *transport) signs(u *url.URL) bool {
	return u.Scheme == "https" && t.hosts[azrest.CanonicalHost(u)]
}

// RoundTrip signs a copy of the request.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if len(t.hosts) == 0 {
		closeBody(req)
		return nil, errors.New("credential: NewTransport was given no hosts to sign for")
	}
	if len(t.invalid) > 0 {
		closeBody(req)
		return nil, fmt.Errorf("credential: NewTransport was given %q for hosts: name them as in contoso.vault.azure.net", t.invalid)
	}
	if req.URL == nil || !t.signs(req.URL) || req.Header.Get("Authorization") != "" {
		return t.base.RoundTrip(req)
	}
	resp, err := t.send(req, "")
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	return t.answerChallenge(req, resp)
}

func (t *transport) send(req *http.Request, claims string) (*http.Response, error) {
	token, err := t.cred.GetToken(req.Context(), policy.TokenRequestOptions{Scopes: []string{t.scope}, Claims: claims, EnableCAE: true})
	if err != nil {
		closeBody(req)
		return nil, fmt.Errorf("credential: sign a request to %s: %w", req.URL.Host, err)
	}
	signed := req.Clone(req.Context())
	if signed.Header == nil {
		signed.Header = http.Header{}
	}
	signed.Header.Set("Authorization", "Bearer "+token.Token)
	resp, err := t.base.RoundTrip(signed)
	if resp != nil {
		resp.Request = req // the one without a token
	}
	return resp, err
}

// answerChallenge sends the request again with a token that meets the claims of
// the challenge. Without such claims, or if the body is spent, the answer stays.
func (t *transport) answerChallenge(req *http.Request, resp *http.Response) (*http.Response, error) {
	claims := azrest.BearerClaims(resp.Header)
	if claims == "" {
		return resp, nil
	}
	again, ok := rewound(req)
	if !ok {
		return resp, nil
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
	_ = resp.Body.Close()
	return t.send(again, claims)
}

// rewound is req with its body at the start again, if that can be.
func rewound(req *http.Request) (*http.Request, bool) {
	again := req.Clone(req.Context())
	if req.Body == nil || req.Body == http.NoBody {
		return again, true
	}
	if req.GetBody == nil {
		return nil, false
	}
	body, err := req.GetBody()
	again.Body = body
	return again, err == nil
}

// CloseIdleConnections is for [http.Client.CloseIdleConnections].
func (t *transport) CloseIdleConnections() {
	if base, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}
