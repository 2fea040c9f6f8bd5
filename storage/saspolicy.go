package storage

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/keyless-go/azure/internal/azrest"
	"github.com/keyless-go/azure/internal/fresh"
)

var (
	errTwoCredentials = errors.New("storage: the request has a token: a client that gets its SAS from a policy must be made without a credential")
	errNotSent        = errors.New("the SAS was not sent: the host is none of the account's, nor in SASHosts, or is asked by http")
)

// Policy puts a fresh SAS on each try of each request, in place of the one it
// has. It goes into PerRetryPolicies of a client that is made without a
// credential:
//
//	options := &container.ClientOptions{}
//	options.PerRetryPolicies = []policy.Policy{sas.Policy()}
//	client, err := container.NewClientWithNoCredential(containerURL, options)
//
// A 403 AuthenticationFailed or AuthorizationFailure renews the SAS once, and the
// request is tried again; any other 403 is about more than its age. The SAS goes
// to the account's hosts and to SASHosts of the client it is from, https unless
// the SAS allows http and the host is listed; a request to any other host goes
// without it. It is in no error of the client, and not in the URL of the request
// that an answer shows. URLs in headers, such as the source of a copy, and what
// a client says is its URL, have no SAS.
func (c *SASCredential) Policy() policy.Policy { return &sasPolicy{c, c.client.hosts} }

type sasPolicy struct {
	credential *SASCredential
	hosts      hosts
}

// Do runs in every try.
func (p *sasPolicy) Do(req *policy.Request) (*http.Response, error) {
	raw := req.Raw()
	if !p.hosts.admit(raw.URL, true) {
		return p.without(req)
	}
	if raw.Header.Get("Authorization") != "" {
		return nil, azrest.Final(raw.Context(), errTwoCredentials)
	}
	sas, err := p.credential.SAS(raw.Context())
	if err != nil {
		return nil, azrest.Final(raw.Context(), err)
	}
	if !p.hosts.admit(raw.URL, sas.allowsHTTP()) {
		return p.without(req)
	}
	resp, err := try(req, sas)
	if err != nil || !rejects(resp) || p.credential.renewedInVain(sas) {
		return resp, err
	}
	return p.again(req, resp, sas)
}

// again tries once more, with a new SAS. If there is none to be had, the first
// answer stands.
func (p *sasPolicy) again(req *policy.Request, resp *http.Response, rejected SAS) (*http.Response, error) {
	ctx := req.Raw().Context()
	sas, err := p.credential.renew(ctx, rejected)
	if errors.Is(err, fresh.ErrStillRejected) {
		sas, err = rejected, nil // two SAS of one second are the same, and this one is good
	}
	if err != nil && ctx.Err() == nil {
		azrest.Explain(req, resp.StatusCode, err)
		return resp, nil
	}
	runtime.Drain(resp)
	if err != nil {
		return nil, ctx.Err()
	}
	// The transport may still read the request it has sent.
	req = req.Clone(ctx)
	if err := azrest.Replay(req); err != nil {
		return nil, azrest.Final(ctx, err)
	}
	resp, err = try(req, sas)
	if err == nil && rejects(resp) {
		p.credential.inVain(sas)
	}
	return resp, err
}

func (c *SASCredential) inVain(sas SAS) {
	c.vain.Store(&vainRenewal{sas.Token(), time.Now().Add(vainPause)})
}

func (c *SASCredential) renewedInVain(sas SAS) bool {
	v := c.vain.Load()
	return v != nil && v.token == sas.Token() && time.Now().Before(v.until)
}

// without sends a request to a host that gets no SAS, and says so if the answer
// could come from that.
func (p *sasPolicy) without(req *policy.Request) (*http.Response, error) {
	resp, err := req.Next()
	if err == nil && resp.StatusCode >= http.StatusBadRequest {
		azrest.Explain(req, resp.StatusCode, errNotSent)
	}
	return resp, err
}

// try sends a request with sas. Neither its error nor its answer shows it.
func try(req *policy.Request, sas SAS) (*http.Response, error) {
	raw := req.Raw()
	bare := *raw.URL
	bare.RawQuery = withoutSAS(bare.RawQuery)
	signed := bare
	signed.RawQuery = strings.TrimPrefix(bare.RawQuery+"&"+sas.Token(), "&")
	raw.URL = &signed
	azrest.Signed(req, sas.signature()...)
	resp, err := req.Next()
	if err != nil {
		return nil, azrest.ScrubError(err)
	}
	if resp.Request != nil {
		shown := *resp.Request
		shown.URL = &bare
		resp.Request = &shown
	}
	return resp, nil
}

// rejects says whether an answer can mean that the SAS is over or was revoked.
// Storage says the first, Azurite the second.
// https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes
func rejects(resp *http.Response) bool {
	code := resp.Header.Get("X-Ms-Error-Code")
	return resp.StatusCode == http.StatusForbidden && (code == "AuthenticationFailed" || code == "AuthorizationFailure")
}

// withoutSAS takes a SAS out of a query, and leaves all else as it is written.
func withoutSAS(query string) string {
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(name); err == nil {
			name = decoded
		}
		if pair != "" && !isSASKey(name) {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&")
}
