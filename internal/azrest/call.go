package azrest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// Call is one request and what is expected of its answer.
type Call struct {
	Span   string // "SecretClient.Get"
	Action string // "get secret", for errors
	Object string // what it is done to, quoted in errors; may be empty

	Method string
	Path   []string // unescaped; an empty last segment is a trailing slash
	Query  url.Values
	Header http.Header // further ones, spelled as they are sent
	Body   any         // sent as JSON, but a *Content or a *Stream as it is; nil: no body
	URL    *url.URL    // where to send it, as it is; replaces Path and Query
	Once   bool        // not sent again, but with a new token: its caller sees to that

	Accept []int // statuses; nil: 200
	Limit  int64 // bytes of the answer; 0: 4 MiB
	Stream bool  // leave the body of a good answer to the caller, unbounded

	// Secret is part of what is sent, and of no error: some services, and what
	// stands in front of them, repeat what they were sent.
	Secret string

	// Doubt, unless nil, is set as soon as the service may have done what was
	// asked: by a try that was sent and not refused, whatever became of the next.
	Doubt *bool

	unversioned bool     // each try has to add the API version to the URL
	bearer      string   // the Authorization header of the latest try
	signature   []string // of the latest try
}

// Do sends a call and decodes the JSON of its answer. A T of struct{} ignores it.
func Do[T any](ctx context.Context, c *Client, call Call) (T, error) {
	var answer T
	ctx, end := c.span(ctx, call)
	resp, err := c.send(ctx, call) //nolint:bodyclose // the pipeline has read and closed it
	if err == nil {
		err = c.decode(call, resp, &answer)
	}
	end(err)
	return answer, err
}

// Send sends a call and gives its answer as it is. The body is read and bounded,
// unless the call streams it; then the caller must close it.
func (c *Client) Send(ctx context.Context, call Call) (*http.Response, error) {
	ctx, end := c.span(ctx, call)
	resp, err := c.send(ctx, call)
	end(err)
	return resp, err
}

// Fail is the error of a call that was not sent, in the form of all others.
func (c *Client) Fail(call Call, err error) error {
	return fail(c.describe(call), err)
}

func (c *Client) span(ctx context.Context, call Call) (context.Context, func(error)) {
	if !c.tracer.Enabled() {
		return ctx, func(error) {}
	}
	return runtime.StartSpan(ctx, c.module+"."+call.Span, c.tracer, nil)
}

// describe is for example: keyvault: get secret "db" in contoso.vault.azure.net
func (c *Client) describe(call Call) string {
	object := ""
	if call.Object != "" {
		object = " " + strconv.Quote(cut(call.Object, 200))
	}
	return fmt.Sprintf("%s: %s%s in %s", c.module, call.Action, object, c.endpoint.Host)
}

func (c *Client) send(ctx context.Context, call Call) (*http.Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, c.Fail(call, err)
	}
	if _, ok := call.Body.(*Stream); ok {
		call.Once = true
	}
	if body, ok := call.Body.(interface{ end() }); ok {
		defer body.end()
	}
	req, err := c.request(withCall(ctx, &call), &call)
	if err != nil {
		return nil, c.Fail(call, err)
	}
	return c.pipeline.Do(req)
}

func (c *Client) request(ctx context.Context, call *Call) (*policy.Request, error) {
	target, err := c.target(call)
	if err != nil {
		return nil, err
	}
	// azcore's retry takes a query apart for its log, listened to or not.
	bare, unversioned := strings.CutSuffix(target, c.versionQuery)
	call.unversioned = unversioned && c.versionQuery != ""
	req, err := runtime.NewRequest(ctx, call.Method, bare)
	if err != nil {
		return nil, ScrubError(err)
	}
	c.setHeaders(req.Raw().Header, call)
	if call.Stream {
		runtime.SkipBodyDownload(req)
	}
	if stream, ok := call.Body.(*Stream); ok {
		stream.attach(req.Raw())
		return req, nil
	}
	content, err := call.content()
	if content == nil || err != nil {
		return req, err
	}
	return req, req.SetBody(content, content.mediaType)
}

// setHeaders uses slices that all requests share, and none changes.
func (c *Client) setHeaders(header http.Header, call *Call) {
	header["Accept"] = c.accept
	if c.userAgent != nil {
		header["User-Agent"] = c.userAgent
	}
	if c.versionHeader != "" {
		header.Set(c.versionHeader, c.apiVersion)
	}
	maps.Copy(header, call.Header)
}

// target is the call's URL.
func (c *Client) target(call *Call) (string, error) {
	if call.URL != nil {
		return call.URL.String(), nil
	}
	query := c.versionQuery
	if len(call.Query) > 0 {
		own := maps.Clone(call.Query)
		if query != "" {
			own.Set("api-version", c.apiVersion)
		}
		query = "?" + own.Encode()
	}
	return joinURL(c.origin, call.Path, query)
}

// decode takes an answer for what it says. Its text is in no error: it may be
// the secret that was asked for.
func (c *Client) decode(call Call, resp *http.Response, answer any) error {
	if _, ignored := answer.(*struct{}); ignored {
		return nil
	}
	body, err := runtime.Payload(resp)
	if err != nil {
		return c.Fail(call, err)
	}
	if err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), answer); err != nil {
		return c.Fail(call, fmt.Errorf("%w: %d with a body that is not the expected JSON", ErrUnexpectedResponse, resp.StatusCode))
	}
	return nil
}

// tried notes what a try tells of what the service has done.
func (call *Call) tried(resp *http.Response, err error) {
	refused := err == nil && resp.StatusCode >= http.StatusMultipleChoices && resp.StatusCode < http.StatusInternalServerError
	if call != nil && call.Doubt != nil && !refused {
		*call.Doubt = true
	}
}

func (call *Call) accepts(status int) bool {
	if call.Accept == nil {
		return status == http.StatusOK
	}
	return slices.Contains(call.Accept, status)
}

// limit is how many bytes of a good answer are read, negative for all.
func (call *Call) limit() int64 {
	switch {
	case call == nil || call.Limit == 0 && !call.Stream:
		return defaultLimit
	case call.Stream:
		return -1
	default:
		return call.Limit
	}
}

type callKey struct{}

// withCall lets the pipeline know which call it works for.
func withCall(ctx context.Context, call *Call) context.Context {
	return context.WithValue(ctx, callKey{}, call)
}

// callOf is nil for a request of azcore's own.
func callOf(ctx context.Context) *Call {
	call, _ := ctx.Value(callKey{}).(*Call)
	return call
}
