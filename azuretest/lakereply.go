package azuretest

import (
	"fmt"
	"net/http"
	"strconv"
)

func (h lakeHost) fail(c *call, status int, code, message string) {
	h.describe(c)
	if code == "" {
		code = usualException(status)
	}
	h.send(c, status, refuseLake(code, "%s", message))
}

// refuse answers with the exception that is called so where it comes from.
func (h lakeHost) refuse(c *call, req *lakeRequest, f *lakeFailure) {
	if f.exception == "SecurityException" && h.traits.audiences != nil {
		h.challenge(c, f)
		return
	}
	if f.exception == "SecurityException" && h.traits.dialect == httpFSDialect {
		c.reason(f.message)
		c.html(http.StatusUnauthorized, f.message)
		return
	}
	status := h.traits.status(f)
	if f.raw && h.traits.dialect == httpFSDialect {
		f = refuseLake("RemoteException", "%s", f.message)
		status = h.traits.status(f)
	}
	if h.profile == Gen1 {
		f = h.gen1Words(c, req.op, f)
	}
	h.send(c, status, f)
}

// challenge answers a request without a good token.
func (h lakeHost) challenge(c *call, f *lakeFailure) {
	header := fmt.Sprintf(`Bearer authorization_uri="https://login.microsoftonline.com/%s/", error="invalid_token", error_description=%q`, tenantID(), f.message)
	if h.profile == Knox {
		header = `Bearer realm="gateway", error="invalid_token"`
	}
	c.w.Header().Set("WWW-Authenticate", header)
	h.send(c, http.StatusUnauthorized, f)
}

// remoteException is an error on the wire.
type remoteException struct {
	RemoteException struct {
		Exception     string `json:"exception"`
		JavaClassName string `json:"javaClassName"`
		Message       string `json:"message"`
	}
}

func (h lakeHost) send(c *call, status int, f *lakeFailure) {
	c.reason(f.message)
	var body remoteException
	body.RemoteException.Exception = f.exception
	body.RemoteException.JavaClassName = javaClass(f.exception)
	body.RemoteException.Message = f.message
	c.json(status, body)
}

// html is the answer of a web server that has not found out what it is asked for.
func (c *call) html(status int, title string) {
	c.w.Header().Set("Content-Type", "text/html;charset=iso-8859-1")
	c.send(status, fmt.Appendf(nil, "<html><head><title>Error %d %s</title></head><body><h2>HTTP ERROR %d %s</h2></body></html>\n", status, title, status, title))
}

// describe sets the lines every answer has.
func (h lakeHost) describe(c *call) {
	header := c.w.Header()
	switch {
	case h.profile == Gen1:
		describeGen1(header)
	case h.role == dataRole:
		header.Set("Connection", "close")
	default:
		header.Set("Cache-Control", "no-cache")
		header.Set("Pragma", "no-cache")
		header.Set("Expires", httpTime(h.server.Now()))
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Xss-Protection", "1; mode=block")
		header.Set("X-Frame-Options", "SAMEORIGIN")
	}
}

// replyJSON answers 200 with v.
func replyJSON(v any) (lakeReply, *lakeFailure) {
	return func(c *call) { c.json(http.StatusOK, v) }, nil
}

// lakeBoolean is the answer that says only whether something was done.
type lakeBoolean struct {
	Boolean bool `json:"boolean"`
}

func replyBoolean(done bool) (lakeReply, *lakeFailure) { return replyJSON(lakeBoolean{done}) }

// replyEmpty answers 200 with nothing.
func (l *DataLake) replyEmpty() (lakeReply, *lakeFailure) {
	return func(c *call) {
		kind := "application/octet-stream"
		if l.traits.dialect == httpFSDialect {
			kind = "application/json;charset=utf-8"
		}
		c.w.Header().Set("Content-Type", kind)
		c.w.Header().Set("Content-Length", "0")
		c.w.WriteHeader(http.StatusOK)
	}, nil
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
