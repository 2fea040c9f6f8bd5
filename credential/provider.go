package credential

import (
	"context"
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
	waited   bool // somebody waits: what a stale challenge spoiled is asked again
}

// sender sends a request by the rules of its source and reads the answer.
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
	setHeaders(req, headers)
	return send(req)
}

// post sends a form.
func post(ctx context.Context, send sender, endpoint *url.URL, form url.Values, headers ...string) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, err
	}
	setHeaders(req, append(headers, "Content-Type", "application/x-www-form-urlencoded"))
	return send(req)
}

func setHeaders(req *http.Request, headers []string) {
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
}

// identityQuery says which token of which identity is wanted.
func identityQuery(resource string, id ManagedIDKind, parameters idParameters) url.Values {
	query := url.Values{"resource": {resource}}
	if id != nil {
		query.Set(parameters.parameter(id), id.String())
	}
	return query
}
