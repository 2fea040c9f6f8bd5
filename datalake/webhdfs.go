package datalake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/keyless-go/azure/internal/azrest"
)

// webhdfs speaks to Hadoop, HttpFS, Knox and Data Lake Storage Gen1.
type webhdfs struct {
	profile
	home      *azrest.Client // the endpoint's origin, with what identifies the caller
	away      *azrest.Client // any other origin, without
	origin    *url.URL
	path      string // before the names of files
	user      string
	version   string // of the API; empty: the server's own
	redirects redirects
	retry     patience
	noBatch   atomic.Bool // the server has no LISTSTATUS_BATCH
}

func newWebHDFS(to target, cred azcore.TokenCredential, options *ClientOptions) (*webhdfs, error) {
	rule, err := newRedirects(to.origin, cred != nil, options.RedirectHosts)
	if err != nil {
		return nil, err
	}
	w := &webhdfs{
		profile: newProfile(to.kind), origin: to.origin, path: to.path,
		user: options.User, version: options.APIVersion, redirects: rule, retry: newPatience(options.Retry),
	}
	config := azrest.Config{
		Module: "datalake", Namespace: "Microsoft.DataLakeStore", Endpoint: to.origin,
		HTTPClient: options.HTTPClient, Options: options.ClientOptions, Judge: judge,
	}
	if to.kind == hadoop && options.APIVersion != "" {
		return nil, errors.New("APIVersion has no meaning for Hadoop")
	}
	if w.away, err = azrest.New(stranger(config)); err != nil {
		return nil, err
	}
	if cred != nil {
		config.Bearer = &azrest.Bearer{Credential: cred, Scope: scope(options, "https://datalake.azure.net//.default")}
	}
	config.Options.PerRetryPolicies = append([]policy.Policy{emptyDelete{}}, options.PerRetryPolicies...)
	w.home, err = azrest.New(config)
	return w, err
}

func scope(options *ClientOptions, usual string) string {
	if options.Scope != "" {
		return options.Scope
	}
	return usual
}

// check: HDFS takes a colon for the end of a scheme.
func (w *webhdfs) check(name string) error {
	if !w.colons && strings.Contains(name, ":") {
		return invalid("HDFS has no names with a colon")
	}
	return nil
}

// request is one operation of WebHDFS.
type request struct {
	method, op, name string
	query            url.Values // further parameters
	extension        bool       // of Gen1's own
	body             *azrest.Content
	header           http.Header
	once             bool
}

func (w *webhdfs) url(r request) *url.URL {
	query := "op=" + r.op
	if len(r.query) > 0 {
		query += "&" + r.query.Encode()
	}
	if w.version != "" {
		query += "&api-version=" + w.version
	}
	if w.user != "" {
		query += "&user.name=" + url.QueryEscape(w.user)
	}
	path := w.path
	if r.extension {
		path = strings.TrimSuffix(path, webhdfsV1) + "/webhdfsext"
	}
	u := *w.origin
	u.Path, u.RawPath = unescape(path)+r.name, path+escapeName(r.name)
	u.RawQuery = query
	return &u
}

func unescape(path string) string {
	plain, err := url.PathUnescape(path)
	if err != nil {
		return path
	}
	return plain
}

func (w *webhdfs) call(r request) azrest.Call {
	call := azrest.Call{Span: "WebHDFS." + r.op, Action: r.op, Method: r.method, URL: w.url(r), Header: r.header, Once: r.once}
	if r.body != nil {
		call.Body = r.body
	}
	return call
}

// ask is for an operation without data. It decodes the JSON of the answer.
func ask[T any](ctx context.Context, w *webhdfs, r request) (T, error) {
	answer, err := azrest.Do[T](ctx, w.home, w.call(r))
	return answer, fault(w.origin.Host, err)
}

// tell is for an operation whose answer says nothing. One that does is somebody
// else's, or says that nothing was done.
func (w *webhdfs) tell(ctx context.Context, r request) error {
	resp, err := w.home.Send(ctx, w.call(r))
	if err != nil {
		return fault(w.origin.Host, err)
	}
	defer func() { _ = resp.Body.Close() }()
	done, err := decodeFlag(resp)
	if err == nil && !done {
		err = errNotDone()
	}
	return err
}

func errNotDone() error {
	return fmt.Errorf("%w: the server says that it did nothing", ErrUnexpectedResponse)
}

// flag is the answer of the operations that say whether they did anything.
type flag struct {
	Boolean *bool `json:"boolean"`
}

// decodeFlag takes no body for true: with some parameters there is none.
func decodeFlag(resp *http.Response) (bool, error) {
	body, err := runtime.Payload(resp)
	if err != nil || len(bytes.TrimSpace(body)) == 0 {
		return err == nil, err
	}
	var answer flag
	if json.Unmarshal(body, &answer) != nil || answer.Boolean == nil {
		return false, fmt.Errorf("%w: it does not say whether it was done", ErrUnexpectedResponse)
	}
	return *answer.Boolean, nil
}
