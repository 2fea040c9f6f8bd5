package azuretest

import (
	"fmt"
	"net/http"
	"net/url"
)

const (
	vmExtensionPort = "50342"
	vmExtensionPath = "/oauth2/token"
)

// vmExtension is the token endpoint of the managed identity VM extension, which
// came before IMDS and is still in old images.
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/howto-migrate-vm-extension
type vmExtension struct{ *Server }

func (v vmExtension) listens(port string, tls bool) bool { return port == vmExtensionPort && !tls }

func (v vmExtension) operation(r *http.Request) string {
	if r.URL.Path == vmExtensionPath {
		return "vmextension.token"
	}
	return "unknown"
}

func (v vmExtension) admit(*call) func() { return func() {} }

func (v vmExtension) serve(c *call) {
	if c.r.URL.Path != vmExtensionPath {
		v.fail(c, http.StatusUnauthorized, "unknown_source", fmt.Sprintf("Unknown Source %s", c.r.URL.Path))
		return
	}
	if c.r.Header.Get("Metadata") != "true" {
		v.fail(c, http.StatusBadRequest, "bad_request_102", "Required metadata header not specified")
		return
	}
	q, ok := v.parameters(c)
	if !ok {
		return
	}
	token, code, problem := v.machineToken(c, q)
	if problem != "" {
		v.fail(c, http.StatusBadRequest, code, problem)
		return
	}
	c.json(http.StatusOK, legacyToken(token))
}

// parameters takes them from a GET's query or a POST's form. If there is none to
// be had it has answered.
func (v vmExtension) parameters(c *call) (url.Values, bool) {
	raw := c.r.URL.RawQuery
	switch c.r.Method {
	case http.MethodGet:
	case http.MethodPost:
		form, ok := c.body(maxRecorded)
		if !ok {
			v.fail(c, http.StatusBadRequest, "invalid_request", "The form cannot be read")
			return nil, false
		}
		raw = string(form)
	default:
		c.w.Header().Set("Allow", "GET, POST")
		v.fail(c, http.StatusMethodNotAllowed, "", "Only GET and POST are allowed")
		return nil, false
	}
	q, err := url.ParseQuery(raw)
	if err != nil {
		v.fail(c, http.StatusBadRequest, "invalid_request", "The parameters cannot be parsed")
		return nil, false
	}
	return q, true
}

// legacyAnswer is a token as the extension writes it.
type legacyAnswer struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"` // always empty
	ExpiresIn    string `json:"expires_in"`
	ExpiresOn    string `json:"expires_on"`
	NotBefore    string `json:"not_before"`
	Resource     string `json:"resource"`
	TokenType    string `json:"token_type"`
}

func legacyToken(t issuedToken) legacyAnswer {
	return legacyAnswer{
		AccessToken: t.token,
		ExpiresIn:   seconds(t.life),
		ExpiresOn:   epoch(t.until),
		NotBefore:   epoch(t.notBefore),
		Resource:    t.resource,
		TokenType:   "Bearer",
	}
}

func (v vmExtension) fail(c *call, status int, code, message string) {
	if code == "" {
		code = imdsCode(status)
	}
	c.reason(message)
	c.json(status, imdsError{Error: code, Description: message})
}
