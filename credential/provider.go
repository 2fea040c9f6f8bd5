package credential

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// provider asks one source for a token, once. Deciding whether to ask again,
// reading the answer and keeping the token are not its business.
type provider interface {
	try(ctx context.Context, send sender, a ask) (answer, error)
	rules() retryRules
}

// ask is what a token is asked for. Claims and cae matter to Entra alone: no
// endpoint of a machine has a place for them.
type ask struct {
	resource string
	claims   string
	cae      bool
}

// sender sends a request by the rules for local endpoints and reads the answer.
type sender func(*http.Request) (answer, error)

// get sends a GET with a query and headers, which are names and values in turn.
func get(ctx context.Context, send sender, endpoint *url.URL, query url.Values, headers ...string) (answer, error) {
	address := *endpoint
	for name, values := range address.Query() {
		if !query.Has(name) { // a name that comes twice is refused by IMDS
			query[name] = values[:1]
		}
	}
	address.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), http.NoBody)
	if err != nil {
		return answer{}, err
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return send(req)
}

// identityQuery says which token of which identity is wanted.
func identityQuery(resource string, id ManagedIDKind, parameters idParameters) url.Values {
	query := url.Values{"resource": {resource}}
	if id != nil {
		query.Set(parameters.parameter(id), id.String())
	}
	return query
}

// parseEndpoint reads the address of a source. One without a path gets path.
// Errors do not quote the address: it may hold more than an address should.
func parseEndpoint(address, path string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, errors.New("endpoint: not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("endpoint: the URL must start with http:// or https://")
	case u.Hostname() == "":
		return nil, errors.New("endpoint: the URL names no host")
	case u.User != nil:
		return nil, errors.New("endpoint: the URL must not name a user")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("endpoint: the URL must not have a query or a fragment")
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = path
	}
	return u, nil
}

// checkLoopback refuses to leave the machine in clear.
func checkLoopback(u *url.URL) error {
	host := u.Hostname()
	if u.Scheme == "https" || strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback() {
		return nil
	}
	return fmt.Errorf("endpoint: %q is not an address of this machine, and http is allowed to no other", host)
}
