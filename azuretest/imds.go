package azuretest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const (
	imdsHost = "169.254.169.254"
	imdsPath = "/metadata/identity/oauth2/token"
)

// imds is the Instance Metadata Service of a virtual machine.
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
type imds struct{ *Server }

func (i imds) listens(port string, tls bool) bool { return port == "80" && !tls }

func (i imds) operation(r *http.Request) string {
	if r.URL.Path == imdsPath {
		return "imds.token"
	}
	return "unknown"
}

func (i imds) admit(c *call) func() {
	done, ok := i.platform.limit.enter()
	if !ok {
		i.fail(c, http.StatusTooManyRequests, "", "more than 20 requests in a second or 5 at once")
		return nil
	}
	return done
}

func (i imds) serve(c *call) {
	if c.r.URL.Path != imdsPath {
		i.fail(c, http.StatusNotFound, "", "The requested resource is not found")
		return
	}
	if c.r.Header.Values("X-Forwarded-For") != nil {
		i.fail(c, http.StatusBadRequest, "invalid_request", "Requests with an X-Forwarded-For header are refused: they come through a proxy")
		return
	}
	if c.r.Method != http.MethodGet {
		c.w.Header().Set("Allow", http.MethodGet)
		i.fail(c, http.StatusMethodNotAllowed, "", "Only GET is allowed")
		return
	}
	if c.r.Header.Get("Metadata") != "true" {
		i.fail(c, http.StatusBadRequest, "bad_request_102", "Required metadata header not specified")
		return
	}
	i.token(c)
}

// token answers a request whose outside is right.
func (i imds) token(c *call) {
	q, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		i.fail(c, http.StatusBadRequest, "invalid_request", "The query cannot be parsed")
		return
	}
	if name, ok := repeated(q); ok {
		i.fail(c, http.StatusBadRequest, "invalid_request", fmt.Sprintf("Duplicate query parameter %q", name))
		return
	}
	if !slices.Contains(imdsVersions(), q.Get("api-version")) {
		i.wrongVersion(c)
		return
	}
	token, code, problem := i.machineToken(c, q)
	if problem != "" {
		i.fail(c, http.StatusBadRequest, code, problem)
		return
	}
	c.w.Header().Set("Server", imdsServer)
	c.json(http.StatusOK, imdsToken(token))
}

const imdsServer = "IMDS/150.870.65.1854"

// imdsAnswer is a token as IMDS writes it: every value is a string.
type imdsAnswer struct {
	AccessToken  string `json:"access_token"`
	ClientID     string `json:"client_id"`
	ExpiresIn    string `json:"expires_in"`
	ExpiresOn    string `json:"expires_on"`
	ExtExpiresIn string `json:"ext_expires_in"`
	NotBefore    string `json:"not_before"`
	Resource     string `json:"resource"`
	TokenType    string `json:"token_type"`
}

func imdsToken(t issuedToken) imdsAnswer {
	return imdsAnswer{
		AccessToken:  t.token,
		ClientID:     t.clientID,
		ExpiresIn:    seconds(t.life),
		ExpiresOn:    epoch(t.until),
		ExtExpiresIn: seconds(t.life),
		NotBefore:    epoch(t.notBefore),
		Resource:     t.resource,
		TokenType:    "Bearer",
	}
}

type imdsError struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

func (i imds) fail(c *call, status int, code, message string) {
	if code == "" {
		code = imdsCode(status)
	}
	c.reason(message)
	c.w.Header().Set("Server", imdsServer)
	c.json(status, imdsError{Error: code, Description: message})
}

// imdsCode is the code that usually goes with a status.
func imdsCode(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "invalid_request"
	case http.StatusUnauthorized:
		return "unauthorized_client"
	case http.StatusForbidden:
		return "access_denied"
	case http.StatusNotFound:
		return "not_found"
	case http.StatusMethodNotAllowed:
		return "method_not_allowed"
	case http.StatusGone:
		return "gone"
	case http.StatusTooManyRequests:
		return "too_many_requests"
	}
	return "unknown"
}

func (i imds) wrongVersion(c *call) {
	versions := imdsVersions()
	c.reason("api-version is missing or unknown")
	c.w.Header().Set("Server", imdsServer)
	c.json(http.StatusBadRequest, struct {
		Error  string   `json:"error"`
		Newest []string `json:"newest-versions"`
	}{
		Error:  "Bad request. api-version is invalid or was not specified in the request. For more information refer to aka.ms/azureimds",
		Newest: versions[:3],
	})
}

// imdsVersions lists the versions that serve tokens, the newest first.
// https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service
func imdsVersions() []string {
	return strings.Fields(`
		2025-04-07 2024-07-17 2024-03-15 2023-11-15 2023-07-01
		2021-12-13 2021-11-15 2021-11-01 2021-10-01 2021-05-01 2021-03-01 2021-02-01 2021-01-01
		2020-12-01 2020-10-01 2020-09-01 2020-07-15 2020-06-01
		2019-11-01 2019-08-15 2019-08-01 2019-06-04 2019-06-01 2019-04-30 2019-03-11 2019-02-01
		2018-10-01 2018-04-02 2018-02-01`)
}

// repeated returns a query key that is there more than once.
func repeated(q url.Values) (string, bool) {
	for name, values := range q {
		if len(values) > 1 {
			return name, true
		}
	}
	return "", false
}
