package azuretest

import (
	"fmt"
	"net/http"
	"strings"
)

// entra is Microsoft Entra ID, as far as workload identity needs it. It has one
// tenant, the same in all clouds.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
type entra struct{ *Server }

// isEntraHost reports whether host is the directory's, in any cloud.
func isEntraHost(host string) bool {
	for _, cloud := range entraClouds() {
		for _, alias := range cloud.Aliases {
			if strings.EqualFold(host, alias) {
				return true
			}
		}
	}
	return false
}

func (e entra) listens(port string, tls bool) bool { return port == "443" && tls }

func (e entra) operation(r *http.Request) string {
	if _, rest := entraPath(r.URL.Path); rest == "oauth2/v2.0/token" {
		return "workloadidentity.token"
	}
	if _, document := e.document(r); document != nil {
		return "workloadidentity.discovery"
	}
	return "unknown"
}

// entraPath splits a path after the tenant.
func entraPath(path string) (tenant, rest string) {
	tenant, rest, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return tenant, rest
}

func (e entra) admit(*call) func() { return unlimited }

func (e entra) serve(c *call) {
	c.w.Header().Set("X-Ms-Request-Id", newGUID())
	tenant, rest := entraPath(c.r.URL.Path)
	if rest == "oauth2/v2.0/token" {
		e.exchange(c, tenant)
		return
	}
	tenant, document := e.document(c.r)
	switch {
	case document == nil:
		c.reason("nothing at " + c.r.URL.Path)
		c.text(http.StatusNotFound, "")
	case c.r.Method != http.MethodGet:
		c.w.Header().Set("Allow", http.MethodGet)
		c.reason("only GET is allowed")
		c.text(http.StatusMethodNotAllowed, "")
	case !hasDocuments(tenant):
		e.refuse(c, noSuchTenant(tenant))
	default:
		c.json(http.StatusOK, document)
	}
}

// isTenant reports whether name is the tenant's ID or domain.
func isTenant(name string) bool {
	return strings.EqualFold(name, tenantID()) || strings.EqualFold(name, "contoso.onmicrosoft.com")
}

// entraError is a refusal by the directory. The numbers are in
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
type entraError struct {
	status  int
	code    string
	number  int // AADSTS; 0: none
	message string
}

func noSuchTenant(tenant string) *entraError {
	return &entraError{http.StatusBadRequest, "invalid_request", 90002, fmt.Sprintf(
		"Tenant '%s' not found. Check the tenant ID, and that its cloud is the one this host belongs to.", tenant)}
}

type entraErrorBody struct {
	Error         string `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	Timestamp     string `json:"timestamp"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
	URI           string `json:"error_uri,omitempty"`
}

func (e entra) refuse(c *call, why *entraError) {
	body := entraErrorBody{
		Error:         why.code,
		Description:   why.message,
		Codes:         []int{},
		Timestamp:     e.Now().UTC().Format("2006-01-02 15:04:05Z"),
		TraceID:       newGUID(),
		CorrelationID: c.r.Header.Get("Client-Request-Id"),
	}
	if body.CorrelationID == "" {
		body.CorrelationID = newGUID()
	}
	if why.number != 0 {
		body.Description = fmt.Sprintf("AADSTS%d: %s", why.number, why.message)
		body.Codes = append(body.Codes, why.number)
		body.URI = fmt.Sprintf("https://%s/error?code=%d", c.r.Host, why.number)
	}
	c.reason(body.Description)
	body.Description += fmt.Sprintf(" Trace ID: %s Correlation ID: %s Timestamp: %s", body.TraceID, body.CorrelationID, body.Timestamp)
	c.w.Header().Set("Cache-Control", "no-store, no-cache")
	c.json(why.status, body)
}

func (e entra) fail(c *call, status int, code, message string) {
	if code == "" {
		code = entraCode(status)
	}
	e.refuse(c, &entraError{status, code, 0, message})
}

// entraCode is the code that usually goes with a status.
func entraCode(status int) string {
	switch status {
	case http.StatusBadRequest, http.StatusMethodNotAllowed:
		return "invalid_request"
	case http.StatusUnauthorized:
		return "invalid_client"
	case http.StatusForbidden:
		return "access_denied"
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return "temporarily_unavailable"
	}
	return "server_error"
}
