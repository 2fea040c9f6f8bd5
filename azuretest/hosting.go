package azuretest

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// hosting is what the platforms share on which a program, not a machine, has the
// identity. Their endpoints can be reached by everything on the host, so the
// program shows a secret that the platform has put into its environment.
type hosting struct {
	mu     sync.Mutex // guards what follows
	secret string     // empty until somebody asks
	plan   AppServicePlan
}

// RotateIdentityHeader replaces the secret that programs find in IDENTITY_HEADER
// and MSI_SECRET and returns the new one, as App Service does now and then while a
// program runs. The old one is refused from now on.
func (s *Server) RotateIdentityHeader() string {
	s.hosting.mu.Lock()
	defer s.hosting.mu.Unlock()
	s.hosting.secret = newGUID()
	return s.hosting.secret
}

// identityHeader returns the secret that is good now.
func (s *Server) identityHeader() string {
	s.hosting.mu.Lock()
	defer s.hosting.mu.Unlock()
	if s.hosting.secret == "" {
		s.hosting.secret = newGUID()
	}
	return s.hosting.secret
}

// knowsSecret reports whether a request's header has the secret.
func (s *Server) knowsSecret(c *call, header string) bool {
	return subtle.ConstantTimeCompare([]byte(c.r.Header.Get(header)), []byte(s.identityHeader())) == 1
}

// query returns the parameters of a GET. If it is none, or they cannot be read,
// the service has answered.
func (c *call) query(svc service) (url.Values, bool) {
	if c.r.Method != http.MethodGet {
		c.w.Header().Set("Allow", http.MethodGet)
		svc.fail(c, http.StatusMethodNotAllowed, "", "Only GET is allowed")
		return nil, false
	}
	q, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		svc.fail(c, http.StatusBadRequest, "", "The query cannot be parsed")
		return nil, false
	}
	return q, true
}

// form returns the parameters of a POST. If it is none, or they cannot be read,
// the service has answered.
func (c *call) form(svc service) (url.Values, bool) {
	if c.r.Method != http.MethodPost {
		c.w.Header().Set("Allow", http.MethodPost)
		svc.fail(c, http.StatusMethodNotAllowed, "", "Only POST is allowed")
		return nil, false
	}
	body, ok := c.body(maxRecorded)
	form, err := url.ParseQuery(string(body))
	if !ok || err != nil {
		svc.fail(c, http.StatusBadRequest, "", "The form cannot be read")
		return nil, false
	}
	return form, true
}

// hostedError is how App Service refuses.
type hostedError struct {
	StatusCode    int    `json:"statusCode"`
	Message       string `json:"message"`
	CorrelationID string `json:"correlationId"`
}

// failHosted answers as App Service does or, with a code, as the framework below
// it, which is the one to refuse versions.
func (c *call) failHosted(status int, code, message string) {
	if code != "" {
		c.failCoded(status, code, message)
		return
	}
	c.reason(message)
	id := newGUID()
	c.w.Header().Set("X-Correlation-Id", id)
	c.json(status, hostedError{status, message, id})
}

// codedError is how the framework refuses that several endpoints are built on.
type codedError struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func (c *call) failCoded(status int, code, message string) {
	c.reason(message)
	var body codedError
	body.Error.Code, body.Error.Message = code, message
	c.json(status, body)
}

// isPath compares paths as the platforms' own endpoints do: the case and a slash
// at the end do not count.
func isPath(path, want string) bool {
	return strings.EqualFold(strings.TrimSuffix(path, "/"), want)
}

// unlimited admits every request.
func unlimited() {}
