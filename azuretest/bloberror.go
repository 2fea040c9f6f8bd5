package azuretest

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"time"
)

// storageError is a refusal in the blob service's own words.
type storageError struct {
	status  int
	code    string
	message string
	detail  string // of a failed authentication
}

// storageErrorBody is an error on the wire.
// https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2
type storageErrorBody struct {
	XMLName xml.Name `xml:"Error"`
	Code    string
	Message string
	Detail  string `xml:"AuthenticationErrorDetail,omitempty"`
}

func badStorageRequest(code, message string) *storageError {
	return &storageError{status: http.StatusBadRequest, code: code, message: message}
}

func badHeader(name, why string) *storageError {
	return badStorageRequest("InvalidHeaderValue", fmt.Sprintf("The value for one of the HTTP headers is not in the correct format: %s %s.", name, why))
}

func badQuery(name, why string) *storageError {
	return badStorageRequest("InvalidQueryParameterValue", fmt.Sprintf("Value for one of the query parameters specified in the request URI is invalid: %s %s.", name, why))
}

func containerNotFound() *storageError {
	return &storageError{status: http.StatusNotFound, code: "ContainerNotFound", message: "The specified container does not exist."}
}

func blobNotFound() *storageError {
	return &storageError{status: http.StatusNotFound, code: "BlobNotFound", message: "The specified blob does not exist."}
}

func conditionNotMet() *storageError {
	return &storageError{status: http.StatusPreconditionFailed, code: "ConditionNotMet", message: "The condition specified using HTTP conditional header(s) is not met."}
}

// denied is a 403 for who has shown who it is, but may not do this.
func denied(code, why string) *storageError {
	return &storageError{status: http.StatusForbidden, code: code, message: "This request is not authorized to perform this operation: " + why + "."}
}

// unauthenticatedSAS is what a SAS gets that is not good.
func unauthenticatedSAS(detail string) *storageError {
	return &storageError{
		status: http.StatusForbidden, code: "AuthenticationFailed", detail: detail,
		message: "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
	}
}

func (b *blobService) refuse(c *call, e *storageError) {
	why := e.message
	if e.detail != "" {
		why = e.detail
	}
	c.reason(why)
	c.w.Header().Set("X-Ms-Error-Code", e.code)
	if e.status == http.StatusUnauthorized {
		c.w.Header().Set("WWW-Authenticate", fmt.Sprintf("Bearer authorization_uri=https://login.microsoftonline.com/%s/oauth2/authorize resource_id=https://storage.azure.com", tenantID()))
	}
	if e.status == http.StatusNotModified {
		c.w.WriteHeader(e.status)
		return
	}
	c.xml(e.status, storageErrorBody{
		Code: e.code,
		Message: fmt.Sprintf("%s\nRequestId:%s\nTime:%s", e.message,
			c.w.Header().Get("X-Ms-Request-Id"), b.server.Now().UTC().Format("2006-01-02T15:04:05.0000000Z")),
		Detail: e.detail,
	})
}

// xml answers with v.
func (c *call) xml(status int, v any) {
	var buf bytes.Buffer
	buf.WriteString(`<?xml version="1.0" encoding="utf-8"?>`)
	if err := xml.NewEncoder(&buf).Encode(v); err != nil {
		panic(fmt.Sprintf("azuretest: encoding %T: %v", v, err)) // a wire struct that cannot be encoded
	}
	c.w.Header().Set("Content-Type", "application/xml")
	c.send(status, bytes.ReplaceAll(buf.Bytes(), []byte("&#xA;"), []byte("\n"))) // the service breaks lines as they are
}

func (b *blobService) fail(c *call, status int, code, message string) {
	b.describe(c)
	if code == "" {
		code = storageCode(status)
	}
	b.refuse(c, &storageError{status: status, code: code, message: message})
}

// storageCode is the code that usually goes with a status.
func storageCode(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "InvalidInput"
	case http.StatusUnauthorized:
		return "NoAuthenticationInformation"
	case http.StatusForbidden:
		return "AuthenticationFailed"
	case http.StatusNotFound:
		return "BlobNotFound"
	case http.StatusConflict:
		return "BlobAlreadyExists"
	case http.StatusPreconditionFailed:
		return "ConditionNotMet"
	case http.StatusRequestedRangeNotSatisfiable:
		return "InvalidRange"
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return "ServerBusy"
	}
	return "InternalError"
}

// httpTime writes a time for a header.
func httpTime(t time.Time) string { return t.UTC().Format(http.TimeFormat) }
