// Package bearerproxy is a gateway in front of a Hadoop cluster that stands in for
// Apache Knox: it checks bearer tokens, hides the cluster, and gives out addresses of
// its own for the cluster's data nodes, with a sealed query that a client can neither
// read nor change.
package bearerproxy

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
)

const (
	// Path is where the files of the cluster are.
	Path = "/gateway/default/webhdfs/v1"

	dataPath = "/gateway/default/webhdfs/data/v1"
	hdfsPath = "/webhdfs/v1"
)

// A Proxy is such a gateway. Make it with [New]. It is safe for concurrent use.
type Proxy struct {
	cluster   *url.URL
	user      func(token string) (string, bool)
	transport http.RoundTripper
	base      string
	box       box
}

// New returns a gateway in front of a name node, or of HttpFS, at an address such as
// http://127.0.0.1:9870, which it reaches by transport, nil for the usual one. user tells
// whose a token is, and false if it is nobody's.
func New(cluster *url.URL, user func(token string) (string, bool), transport http.RoundTripper) (*Proxy, error) {
	b, err := newBox()
	if err != nil {
		return nil, err
	}
	return &Proxy{cluster: cluster, user: user, transport: transport, box: b}, nil
}

// Elsewhere makes the gateway give out addresses that begin with base, in place of its
// own: what no client may send a token to.
func (p *Proxy) Elsewhere(base string) *Proxy {
	other := *p
	other.base = base
	return &other
}

// ServeHTTP checks the token before anything of the body is read, so that a client that
// has sent Expect: 100-continue uploads nothing when it is refused.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	user, ok := p.user(token)
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		w.Header().Set("WWW-Authenticate", `Bearer realm="gateway", error="invalid_token"`)
		w.Header().Set("Connection", "close")
		http.Error(w, "unauthorized", http.StatusUnauthorized)
		return
	}
	escaped := r.URL.EscapedPath()
	if rest, ok := strings.CutPrefix(escaped, dataPath); ok {
		p.data(w, r, rest)
		return
	}
	if rest, ok := strings.CutPrefix(escaped, Path); ok && (rest == "" || rest[0] == '/') {
		p.front(w, r, user, rest)
		return
	}
	http.NotFound(w, r)
}

// front hands a request to the name node. Who it is from says the token alone.
func (p *Proxy) front(w http.ResponseWriter, r *http.Request, user, path string) {
	self := p.base
	if self == "" {
		self = origin(r)
	}
	(&httputil.ReverseProxy{
		Transport:     p.transport,
		FlushInterval: -1,
		ErrorHandler:  badGateway,
		Rewrite: func(pr *httputil.ProxyRequest) {
			query := []string{"user.name=" + url.QueryEscape(user)}
			for pair := range strings.SplitSeq(pr.In.URL.RawQuery, "&") {
				switch name, _, _ := strings.Cut(pair, "="); strings.ToLower(name) {
				case "user.name", "doas", "delegation", "":
				default:
					query = append(query, pair)
				}
			}
			point(pr.Out, p.cluster, hdfsPath+path, strings.Join(query, "&"))
		},
		ModifyResponse: func(resp *http.Response) error {
			resp.Header.Del("Set-Cookie")
			if location := resp.Header.Get("Location"); strings.HasPrefix(location, "http") {
				resp.Header.Set("Location", p.hide(self, location))
			}
			if strings.EqualFold(r.URL.Query().Get("noredirect"), "true") {
				return p.hideJSON(self, resp)
			}
			return nil
		},
	}).ServeHTTP(w, r)
}

// data hands the second step of an operation to the data node that its query names.
func (p *Proxy) data(w http.ResponseWriter, r *http.Request, path string) {
	plain, ok := p.box.open(r.URL.Query().Get("_"))
	target, err := url.Parse(plain)
	if !ok || err != nil || target.EscapedPath() != hdfsPath+path {
		http.Error(w, "the sealed query is not for this path", http.StatusBadRequest)
		return
	}
	(&httputil.ReverseProxy{
		Transport:     p.transport,
		FlushInterval: -1,
		ErrorHandler:  badGateway,
		Rewrite: func(pr *httputil.ProxyRequest) {
			point(pr.Out, target, target.EscapedPath(), target.RawQuery)
		},
		ModifyResponse: func(resp *http.Response) error {
			resp.Header.Del("Location") // hdfs://…
			return nil
		},
	}).ServeHTTP(w, r)
}

// badGateway answers, if there is still somebody, that the cluster has not. Whoever
// breaks off an upload is nothing to be logged.
func badGateway(w http.ResponseWriter, _ *http.Request, _ error) {
	w.WriteHeader(http.StatusBadGateway)
}

// point sends a request elsewhere, without what says who the client is. The path's
// escapes stay as they are.
func point(out *http.Request, to *url.URL, escaped, query string) {
	plain, err := url.PathUnescape(escaped)
	if err != nil {
		plain = escaped
	}
	out.URL = &url.URL{Scheme: to.Scheme, Host: to.Host, Path: plain, RawPath: escaped, RawQuery: query}
	out.Host = to.Host
	out.Header.Del("Authorization")
	out.Header.Del("Cookie")
}

// hide returns the gateway's own address for that of a data node.
func (p *Proxy) hide(self, location string) string {
	u, err := url.Parse(location)
	if err != nil {
		return location
	}
	return self + dataPath + strings.TrimPrefix(u.EscapedPath(), hdfsPath) + "?_=" + p.box.seal(u.String())
}

// hideJSON does that in the answer to a request that does not want to be redirected.
func (p *Proxy) hideJSON(self string, resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20)) //nolint:forbidigo // it is bounded here
	if err != nil {
		return err
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	var answer struct{ Location string }
	if json.Unmarshal(body, &answer) == nil && answer.Location != "" {
		answer.Location = p.hide(self, answer.Location)
		if body, err = json.Marshal(answer); err != nil {
			return err
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}

func origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
