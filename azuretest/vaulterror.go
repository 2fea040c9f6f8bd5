package azuretest

import (
	"fmt"
	"net/http"
)

// location is where everything of this Azure is.
const location = "westus"

// vaultError is a refusal in the vault's own words.
type vaultError struct {
	status  int
	code    string
	inner   string // the inner error's code, if there is one
	message string
}

func badParameter(message string) *vaultError {
	return &vaultError{http.StatusBadRequest, "BadParameter", "", message}
}

func secretNotFound(id string) *vaultError {
	return &vaultError{http.StatusNotFound, "SecretNotFound", "", fmt.Sprintf(
		"A secret with (name/id) %s was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command.", id)}
}

func conflict(inner, message string) *vaultError {
	return &vaultError{http.StatusConflict, "Conflict", inner, message}
}

// noOperation answers what is asked of no path or with no right method.
func noOperation(r *http.Request) *vaultError {
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodPost, http.MethodDelete} {
		if parseVaultPath(method, r.URL.EscapedPath()).op != "" {
			return &vaultError{http.StatusMethodNotAllowed, "MethodNotAllowed", "", fmt.Sprintf("%s is not allowed on %s", r.Method, r.URL.Path)}
		}
	}
	return &vaultError{http.StatusNotFound, "NotFound", "", fmt.Sprintf("a vault has nothing at %s", r.URL.Path)}
}

type vaultErrorBody struct {
	Error struct {
		Code    string           `json:"code"`
		Message string           `json:"message"`
		Inner   *vaultInnerError `json:"innererror,omitempty"`
	} `json:"error"`
}

type vaultInnerError struct {
	Code string `json:"code"`
}

func (v *Vault) refuse(c *call, e *vaultError) {
	c.reason(e.message)
	var body vaultErrorBody
	body.Error.Code, body.Error.Message = e.code, e.message
	if e.inner != "" {
		body.Error.Inner = &vaultInnerError{e.inner}
	}
	if e.status == http.StatusUnauthorized {
		c.w.Header().Set("WWW-Authenticate", v.challenge())
	}
	c.json(e.status, body)
}

// challenge tells a client without a token where to get one.
func (v *Vault) challenge() string {
	return fmt.Sprintf(`Bearer authorization="%s%s", resource="%s"`, v.cloud.login, tenantID(), v.cloud.resource())
}

func (v *Vault) fail(c *call, status int, code, message string) {
	v.describe(c)
	if code == "" {
		code = vaultCode(status)
	}
	v.refuse(c, &vaultError{status, code, "", message})
}

// vaultCode is the code that usually goes with a status.
func vaultCode(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "BadParameter"
	case http.StatusUnauthorized:
		return "Unauthorized"
	case http.StatusForbidden:
		return "Forbidden"
	case http.StatusNotFound:
		return "SecretNotFound"
	case http.StatusConflict:
		return "Conflict"
	case http.StatusTooManyRequests:
		return "Throttled"
	case http.StatusServiceUnavailable:
		return "ServiceUnavailable"
	}
	return "InternalServerError"
}

// describe sets the lines every answer of a vault has.
func (v *Vault) describe(c *call) {
	h := c.w.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Strict-Transport-Security", "max-age=31536000;includeSubDomains")
	h.Set("X-Ms-Keyvault-Region", location)
	h.Set("X-Ms-Keyvault-Service-Version", "1.9.2784.1")
	h.Set("X-Ms-Keyvault-Network-Info", "conn_type=Ipv4;addr=192.0.2.1;act_addr_fam=InterNetwork;")
	h.Set("X-Ms-Request-Id", newGUID())
	if id := c.r.Header.Get("X-Ms-Client-Request-Id"); id != "" {
		h.Set("X-Ms-Client-Request-Id", id)
	}
}
