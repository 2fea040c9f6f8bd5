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
	Body   any         // sent as JSON, but a *Content as it is; nil: no body

	Accept []int // statuses; nil: 200
	Limit  int64 // bytes of the answer; 0: 4 MiB
	Stream bool  // leave the body of a good answer to the caller, unbounded

	link *url.URL // of a further page; replaces Path and Query
}

// operation is what the pipeline knows of the call it works for.
type operation struct {
	text   string
	accept []int
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
	limit := call.Limit
	if call.Stream {
		limit = -1
	}
	req, err := c.request(withLimit(ctx, limit), call)
	if err != nil {
		return nil, c.Fail(call, err)
	}
	if call.Stream {
		runtime.SkipBodyDownload(req)
	}
	req.SetOperationValue(operation{text: c.describe(call), accept: call.Accept})
	return c.pipeline.Do(req)
}

func (c *Client) request(ctx context.Context, call Call) (*policy.Request, error) {
	target, err := c.target(call)
	if err != nil {
		return nil, err
	}
	req, err := runtime.NewRequest(ctx, call.Method, target)
	if err != nil {
		return nil, ScrubError(err)
	}
	req.Raw().Header.Set("Accept", "application/json")
	if c.versionHeader != "" {
		req.Raw().Header.Set(c.versionHeader, c.apiVersion)
	}
	maps.Copy(req.Raw().Header, call.Header)
	content, err := call.content()
	if content == nil || err != nil {
		return req, err
	}
	return req, req.SetBody(content, content.mediaType)
}

func (c *Client) target(call Call) (string, error) {
	if call.link != nil {
		return call.link.String(), nil
	}
	path, err := escapePath(call.Path)
	if err != nil {
		return "", err
	}
	query := url.Values{}
	maps.Copy(query, call.Query)
	if c.apiVersion != "" && c.versionHeader == "" {
		query.Set("api-version", c.apiVersion)
	}
	target := Origin(c.endpoint) + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	return target, nil
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

func (o operation) accepts(status int) bool {
	if o.accept == nil {
		return status == http.StatusOK
	}
	return slices.Contains(o.accept, status)
}
