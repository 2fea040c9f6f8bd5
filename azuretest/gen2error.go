package azuretest

import (
	"fmt"
	"net/http"
)

// gen2ErrorBody is an error on the wire.
// https://learn.microsoft.com/rest/api/storageservices/data-lake-storage-gen2#error-codes
type gen2ErrorBody struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// describe sets the lines every answer has.
func (a *gen2Account) describe(c *call) {
	h := c.w.Header()
	h.Set("Server", "Windows-Azure-HDFS/1.0 Microsoft-HTTPAPI/2.0")
	h.Set("X-Ms-Request-Id", newGUID())
	h.Set("X-Ms-Version", or(c.r.Header.Get("X-Ms-Version"), "2023-11-03"))
	if id := c.r.Header.Get("X-Ms-Client-Request-Id"); id != "" {
		h.Set("X-Ms-Client-Request-Id", id)
	}
}

func (a *gen2Account) refuse(c *call, e *storageError) {
	c.reason(e.message)
	h := c.w.Header()
	h.Set("X-Ms-Error-Code", e.code)
	switch e.status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", fmt.Sprintf("Bearer authorization_uri=https://login.microsoftonline.com/%s/oauth2/authorize resource_id=https://storage.azure.com", tenantID()))
	case http.StatusNotModified:
		c.w.WriteHeader(e.status)
		return
	}
	var body gen2ErrorBody
	body.Error.Code = e.code
	body.Error.Message = fmt.Sprintf("%s\nRequestId:%s\nTime:%s", e.message, h.Get("X-Ms-Request-Id"),
		a.server.Now().UTC().Format("2006-01-02T15:04:05.0000000Z"))
	c.json(e.status, body)
}

func (a *gen2Account) fail(c *call, status int, code, message string) {
	a.describe(c)
	if code == "" {
		code = gen2Code(status)
	}
	a.refuse(c, &storageError{status: status, code: code, message: message})
}

// gen2Code is the code that usually goes with a status.
func gen2Code(status int) string {
	switch status {
	case http.StatusNotFound:
		return "PathNotFound"
	case http.StatusConflict:
		return "PathAlreadyExists"
	case http.StatusForbidden:
		return "AuthorizationPermissionMismatch"
	}
	return storageCode(status)
}

func pathNotFound() *storageError {
	return &storageError{status: http.StatusNotFound, code: "PathNotFound", message: "The specified path does not exist."}
}

func pathConflict() *storageError {
	return gen2Conflict("PathConflict", "The specified path, or an element of the path, exists and its resource type is invalid for this operation.")
}

func gen2Conflict(code, message string) *storageError {
	return &storageError{status: http.StatusConflict, code: code, message: message}
}

// gen2Refusal says a refusal of the tree in the service's words, and why.
func gen2Refusal(f *lakeFailure) *storageError {
	switch {
	case f == nil:
		return nil
	case f.blocked:
		return pathConflict()
	case f.exception == "FileNotFoundException":
		return pathNotFound()
	case f.exception == "AccessControlException":
		return &storageError{status: http.StatusForbidden, code: "AuthorizationPermissionMismatch", message: "This request is not authorized to perform this operation using this permission. " + f.message}
	}
	return badStorageRequest("InvalidInput", f.message)
}

// follow is the way to a path.
func (q *gen2Request) follow(path string) (lakeTrail, *storageError) {
	t, failure := q.lake.follow(q.user, path)
	return t, gen2Refusal(failure)
}

// existing is the way to a path where something must be.
func (q *gen2Request) existing(path string) (lakeTrail, *storageError) {
	t, problem := q.follow(path)
	if problem == nil && t.target() == nil {
		problem = pathNotFound()
	}
	return t, problem
}
