package azuretest

import (
	"fmt"
	"net/http"
)

// armError is a refusal in Resource Manager's own words.
type armError struct {
	status int
	body   armErrorBody
}

// armErrorBody is an error on the wire, or a detail of one.
// https://learn.microsoft.com/rest/api/resources/resource-groups/create-or-update#errorresponse
type armErrorBody struct {
	Code    string         `json:"code"`
	Message string         `json:"message"`
	Target  string         `json:"target,omitempty"`
	Details []armErrorBody `json:"details,omitempty"`
}

type armErrorAnswer struct {
	Error armErrorBody `json:"error"`
}

func badARMRequest(code, message string) *armError {
	return &armError{http.StatusBadRequest, armErrorBody{Code: code, Message: message}}
}

func invalidContent(err error) *armError {
	return badARMRequest("InvalidRequestContent", fmt.Sprintf("The request content was invalid and could not be deserialized: '%v'.", err))
}

// invalidValue is how the storage resource provider refuses parameters.
func invalidValue(names string) *armError {
	return badARMRequest("InvalidValuesForRequestParameters", fmt.Sprintf("Values for request parameters are invalid: %s.", names))
}

func conflictError(code, message string) *armError {
	return &armError{http.StatusConflict, armErrorBody{Code: code, Message: message}}
}

func missing(code, message string) *armError {
	return &armError{http.StatusNotFound, armErrorBody{Code: code, Message: message}}
}

func groupNotFound(name string) *armError {
	return missing("ResourceGroupNotFound", fmt.Sprintf("Resource group '%s' could not be found.", name))
}

// noARMOperation answers what is asked of no path or with no right method.
func noARMOperation(r *http.Request) *armError {
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodPost, http.MethodDelete, http.MethodHead} {
		if parseARMPath(method, r.URL.EscapedPath()).op != "" {
			return &armError{http.StatusMethodNotAllowed, armErrorBody{Code: "MethodNotAllowed", Message: fmt.Sprintf("%s is not allowed on %s", r.Method, r.URL.Path)}}
		}
	}
	return missing("NotFound", fmt.Sprintf("the emulator's Resource Manager has nothing at %s", r.URL.Path))
}

func (a arm) refuse(c *call, e *armError) {
	c.reason(e.body.Message)
	if e.status == http.StatusUnauthorized {
		c.w.Header().Set("WWW-Authenticate", a.challenge(e.body.Message))
	}
	if e.status == http.StatusNotFound || e.status == http.StatusBadRequest || e.status == http.StatusForbidden {
		c.w.Header().Set("X-Ms-Failure-Cause", "gateway")
	}
	c.json(e.status, armErrorAnswer{e.body})
}

// challenge tells a client where tokens are had. Unlike a vault's it does not say for
// what resource.
func (a arm) challenge(why string) string {
	return fmt.Sprintf(`Bearer authorization_uri="%s%s", error="invalid_token", error_description=%q`, a.cloud.login, tenantID(), why)
}

func (a arm) fail(c *call, status int, code, message string) {
	a.describe(c)
	if code == "" {
		code = armCode(status)
	}
	a.refuse(c, &armError{status, armErrorBody{Code: code, Message: message}})
}

// armCode is the code that usually goes with a status.
func armCode(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "BadRequest"
	case http.StatusUnauthorized:
		return "InvalidAuthenticationToken"
	case http.StatusForbidden:
		return "AuthorizationFailed"
	case http.StatusNotFound:
		return "ResourceNotFound"
	case http.StatusConflict:
		return "Conflict"
	case http.StatusTooManyRequests:
		return "TooManyRequests"
	case http.StatusServiceUnavailable:
		return "ServiceUnavailable"
	case http.StatusGatewayTimeout:
		return "GatewayTimeout"
	}
	return "InternalServerError"
}

// unauthenticated says in Resource Manager's words what is wrong with a token.
func unauthenticated(why *refusal) *armError {
	code, message := "InvalidAuthenticationToken", "The access token is invalid: "+why.reason+"."
	switch why.kind {
	case noToken:
		code, message = "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing. ("+why.reason+")"
	case expiredToken:
		code, message = "ExpiredAuthenticationToken", "The access token expiry is wrong: "+why.reason+"."
	case wrongAudience:
		code, message = "InvalidAuthenticationTokenAudience", "The access token has been obtained for wrong audience or resource: "+why.reason+"."
	case wrongIssuer:
		code, message = "InvalidAuthenticationTokenTenant", "The access token is from the wrong issuer: "+why.reason+"."
	}
	return &armError{http.StatusUnauthorized, armErrorBody{Code: code, Message: message}}
}
