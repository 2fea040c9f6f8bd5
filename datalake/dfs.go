package datalake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/keyless-go/azure/internal/azrest"
)

// defaultAPIVersion is served by every account of Gen2.
const defaultAPIVersion = "2023-11-03"

// dfs speaks to Data Lake Storage Gen2.
// https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path
type dfs struct {
	rest       *azrest.Client
	blob       *azrest.Client // the account's other host, for what it alone does; nil: unknown
	origin     *url.URL
	blobOrigin *url.URL
	path       string // of the file system, escaped
	retry      patience
}

func newDFS(to target, cred azcore.TokenCredential, options *ClientOptions) (*dfs, error) {
	config := azrest.Config{
		Module: "datalake", Namespace: "Microsoft.Storage", Endpoint: to.origin,
		APIVersion: defaultAPIVersion, VersionHeader: "x-ms-version",
		HTTPClient: options.HTTPClient, Options: options.ClientOptions, Judge: judge,
		Bearer: &azrest.Bearer{Credential: cred, Scope: scope(options, "https://storage.azure.com/.default")},
	}
	if len(options.RedirectHosts) > 0 {
		return nil, errors.New("RedirectHosts have no meaning for Gen2: it does not redirect")
	}
	d := &dfs{origin: to.origin, path: to.path, retry: newPatience(options.Retry)}
	var err error
	if d.rest, err = azrest.New(config); err != nil {
		return nil, err
	}
	if account, domain, ok := strings.Cut(to.origin.Host, ".dfs."); ok {
		d.blobOrigin = &url.URL{Scheme: "https", Host: account + ".blob." + domain}
		config.Endpoint = d.blobOrigin
		d.blob, err = azrest.New(config)
	}
	return d, err
}

// check: there is nothing that Gen2 could not hold.
func (d *dfs) check(string) error { return nil }

// call is one request to Gen2.
type call struct {
	method, name string
	query        url.Values
	header       http.Header
	body         *azrest.Content
	accept       []int
	limit        int64 // bytes of the answer; 0: as usual
	stream, once bool
}

// open is for a request whose answer has a body. The caller closes it.
func (d *dfs) open(ctx context.Context, c call) (*http.Response, error) {
	resp, err := d.rest.Send(ctx, d.request(d.origin, c))
	return resp, fault(d.origin.Host, err)
}

// ask is for a request whose answer is in its header.
func (d *dfs) ask(ctx context.Context, c call) (http.Header, error) {
	resp, err := d.open(ctx, c)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	// A page of somebody in between has content, or describes no file.
	if body, _ := runtime.Payload(resp); resp.StatusCode == http.StatusOK && len(bytes.TrimSpace(body)) > 0 {
		return nil, fmt.Errorf("%w: it has content", ErrUnexpectedResponse)
	}
	if c.method == http.MethodHead && !isStorage(resp.Header) {
		return nil, fmt.Errorf("%w: it describes no file", ErrUnexpectedResponse)
	}
	return resp.Header, nil
}

// isStorage knows the service by what its answers about a file have, of which
// whatever stands between may have taken some away.
func isStorage(header http.Header) bool {
	return header.Get("ETag") != "" || header.Get("X-Ms-Request-Id") != "" || header.Get("X-Ms-Version") != "" ||
		header.Get("X-Ms-Resource-Type") != ""
}

// tell is for a request whose answer says nothing.
func (d *dfs) tell(ctx context.Context, c call) error {
	_, err := d.ask(ctx, c)
	return err
}

func (d *dfs) request(origin *url.URL, c call) azrest.Call {
	u := *origin
	u.Path, u.RawPath = unescape(d.path)+c.name, d.path+escapeName(c.name)
	u.RawQuery = c.query.Encode()
	request := azrest.Call{
		Span: "DFS." + c.method, Action: c.method, Method: c.method, URL: &u, Header: c.header,
		Accept: c.accept, Limit: c.limit, Stream: c.stream, Once: c.once,
	}
	if c.body != nil {
		request.Body = c.body
	}
	return request
}

// absent makes a request fail if the file exists.
func absent() http.Header { return http.Header{"If-None-Match": {"*"}} }

// exists is the error of such a request.
func exists(err error) error {
	if e, ok := asRemote(err); ok && e.Status == http.StatusPreconditionFailed {
		return fmt.Errorf("%w: %w", fs.ErrExist, err)
	}
	return err
}
