package datalake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/keyless-go/azure/internal/azrest"
)

const (
	maxHops  = 3 // a load balancer before the NameNode, and one more
	maxNodes = 3 // data nodes to try
)

// exchange is for an operation with data. The first request carries none: the
// server answers where to send it, or where to get it. The caller closes the
// body of the answer.
func (w *webhdfs) exchange(ctx context.Context, r request, data *payload) (*http.Response, error) {
	excluded := ""
	for tries := 1; ; tries++ {
		resp, node, err := w.walk(ctx, r, data, excluded)
		if err == nil || node == "" || tries == maxNodes || !isUnreachable(err) || data.touched() {
			return resp, err
		}
		// The NameNode does not know yet that the data node is gone.
		excluded = strings.TrimPrefix(excluded+","+node, ",")
	}
}

// walk follows the redirects of one exchange. The node is the data node that it
// came to, if any.
func (w *webhdfs) walk(ctx context.Context, r request, data *payload, excluded string) (resp *http.Response, node string, err error) {
	call := w.open(r, data, excluded)
	resp, err = w.home.Send(ctx, call)
	if err != nil {
		return nil, "", fault(w.origin.Host, err)
	}
	from := call.URL
	for hop := 1; ; hop++ {
		location, err := locationOf(resp, data)
		if location == "" || err != nil {
			return resp, node, err
		}
		if hop > maxHops || hop > 1 && data.touched() {
			return nil, "", fmt.Errorf("%w: too many redirects", ErrUnexpectedResponse)
		}
		to, own, err := w.redirects.judge(from, location)
		if err == nil {
			err = sameName(to, r.name)
		}
		if err != nil {
			return nil, "", err
		}
		from, node = to, to.Host
		if resp, err = w.deliver(ctx, r, to, own, data); err != nil {
			return nil, node, fault(to.Host, err)
		}
	}
}

// sameName refuses the address of another file: some versions of Hadoop read %
// and + wrong, and all compose the letters of a name, é out of e and an accent.
// The addresses of gateways may be anything.
func sameName(to *url.URL, name string) error {
	if strings.Contains(to.Path, webhdfsV1) && !strings.HasSuffix(to.Path, name) {
		return invalid("the server makes another name of it")
	}
	return nil
}

// open is the first request of an exchange. With data to follow it changes nothing.
func (w *webhdfs) open(r request, data *payload, excluded string) azrest.Call {
	if excluded != "" {
		r.query = maps.Clone(r.query)
		if r.query == nil {
			r.query = url.Values{}
		}
		r.query.Set("excludedatanodes", excluded)
	}
	call := w.call(r)
	call.Header = dataHeader(r.method)
	call.Stream, call.Once = true, r.once && data == nil
	call.Accept = []int{http.StatusOK, http.StatusPartialContent, http.StatusTemporaryRedirect, http.StatusPermanentRedirect}
	return call
}

// deliver is a further request of an exchange, with the data if there is any.
// Where it goes is taken as it is: a gateway's query is sealed.
func (w *webhdfs) deliver(ctx context.Context, r request, to *url.URL, own bool, data *payload) (*http.Response, error) {
	call := azrest.Call{
		Span: "WebHDFS." + r.op, Action: r.op, Method: r.method, URL: to, Header: dataHeader(r.method), Once: r.once, Stream: true,
		Accept: []int{
			http.StatusOK, http.StatusCreated, http.StatusPartialContent,
			http.StatusTemporaryRedirect, http.StatusPermanentRedirect,
		},
	}
	data.attach(&call)
	if own {
		return w.home.Send(ctx, call)
	}
	// What a context adds to requests is meant for the endpoint.
	return w.away.Send(policy.WithHTTPHeader(ctx, http.Header{}), call)
}

func dataHeader(method string) http.Header {
	header := http.Header{"Accept": {"*/*"}}
	if method != http.MethodGet {
		header["Content-Type"] = []string{octets} // HttpFS wants no other
	}
	return header
}

// locationOf is where an answer redirects to, "" if it is the last one. Servers
// that are asked not to redirect answer 200 and JSON: so do some gateways unasked.
func locationOf(resp *http.Response, data *payload) (string, error) {
	switch {
	case resp.StatusCode == http.StatusTemporaryRedirect || resp.StatusCode == http.StatusPermanentRedirect:
		defer runtime.Drain(resp)
		if location := resp.Header.Get("Location"); location != "" {
			return location, nil
		}
		return "", fmt.Errorf("%w: a redirect to nowhere", ErrUnexpectedResponse)
	case data == nil || data.sent:
		return "", nil
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct{ Location string }
	err := json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&answer)
	if err != nil || answer.Location == "" {
		return "", fmt.Errorf("%w: the server does not say where to send the data", ErrUnexpectedResponse)
	}
	return answer.Location, nil
}

func isUnreachable(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}
