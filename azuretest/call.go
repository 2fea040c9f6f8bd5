package azuretest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// call is one request on its way through the Server.
type call struct {
	server *Server
	w      *answer
	r      *http.Request
	plan   plan     // what the faults want done to it
	record *Request // its line in the log
}

// ServeHTTP answers a request to any host of the emulator's world, taken from
// the request's Host (X-Forwarded-Host is not trusted). It lets a Server stand
// behind httptest.NewServer or NewTLSServer. There, unlike with [Server.Client],
// the socket is the caller's business: http and https are served alike, unless the
// request has a whole URL, as for a proxy, and a loopback Host is routed by path,
// so that the socket's own address answers as the metadata endpoint does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = canonical(r)
	svc := s.serviceFor(r)
	operation := "unknown"
	if svc != nil {
		operation = svc.operation(r)
	}
	c := &call{server: s, w: &answer{ResponseWriter: w}, r: r}
	c.record = s.log.add(s.Now(), operation, r)
	r.Body = s.log.tee(c.record, r)
	defer func() { s.log.finish(c.record, c.w.status) }()
	if svc == nil {
		c.unknownHost()
		return
	}
	c.serve(svc, operation)
}

func (c *call) serve(svc service, operation string) {
	done := svc.admit(c)
	if done == nil {
		return
	}
	defer done()
	c.plan = c.server.faults.take(operation)
	c.w.plan(c.plan)
	if !c.wait(c.plan.Delay) {
		c.reason("the client left")
		panic(http.ErrAbortHandler)
	}
	if !c.misbehave(svc) {
		svc.serve(c)
	}
}

// wait waits for d and reports whether the client is still there.
func (c *call) wait(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.r.Context().Done():
		return false
	}
}

// misbehave answers in the service's place if the faults say so.
func (c *call) misbehave(svc service) bool {
	p := c.plan
	if !p.replaces() {
		return false
	}
	c.reason(fmt.Sprintf("fault: status %d %s", p.Status, p.Code))
	switch {
	case p.Status < 0:
		c.cut()
	case p.Body != "":
		c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
		c.send(p.Status, []byte(p.Body))
	default:
		svc.fail(c, p.Status, p.Code, "fault injected by the test")
	}
	return true
}

// cut drops the connection. In memory a part of the status line goes first: for
// a connection that ends before the first byte net/http silently sends some
// requests again, and the fault would not be seen.
func (c *call) cut() {
	if conn, ok := c.r.Context().Value(connKey{}).(*serverConn); ok {
		_, _ = conn.wire.Write([]byte("HTTP/1.1 ")) // it is being cut anyway
	}
	panic(http.ErrAbortHandler)
}

// reason notes why the request is refused, for [Server.Requests].
func (c *call) reason(text string) {
	text = string(c.server.log.redact([]byte(text))) // it may quote what the client has sent
	c.server.log.update(func() {
		if c.record.Reason == "" {
			c.record.Reason = text
		}
	})
}

// identity notes whose request this is.
func (c *call) identity(id *Identity) {
	c.server.log.update(func() { c.record.Identity = id.name })
}

// link returns the address an answer is to name, the fault's own if it has one.
func (c *call) link(usual string) string {
	if c.plan.Location != "" && c.plan.Status == 0 {
		return c.plan.Location
	}
	return usual
}

// body reads the request's body, and reports false if it is longer than limit
// or cannot be read.
func (c *call) body(limit int64) ([]byte, bool) {
	data, err := io.ReadAll(io.LimitReader(c.r.Body, limit+1))
	return data, err == nil && int64(len(data)) <= limit
}

// json answers with v. HTML characters stay as they are, like in the services'
// own answers.
func (c *call) json(status int, v any) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("azuretest: encoding %T: %v", v, err)) // a wire struct that cannot be encoded
	}
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.send(status, bytes.TrimSuffix(buf.Bytes(), []byte("\n")))
}

func (c *call) text(status int, text string) {
	c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	c.send(status, []byte(text))
}

func (c *call) send(status int, body []byte) {
	if status == http.StatusNoContent || status == http.StatusNotModified { // HTTP/2 would send the length of what it drops
		c.w.WriteHeader(status)
		return
	}
	c.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body) // the client may have left
}

func (c *call) unknownHost() {
	why := fmt.Sprintf("azuretest serves no host %q (path %s)", c.r.Host, c.r.URL.Path)
	c.reason(why)
	c.text(http.StatusNotFound, why+"\n")
}

// canonical returns r with canonical header keys. A transport in memory hands
// over keys as they were set; on a wire the server would have canonicalised them.
func canonical(r *http.Request) *http.Request {
	out := r.WithContext(r.Context())
	out.Header = make(http.Header, len(r.Header))
	for key, values := range r.Header {
		for _, v := range values {
			out.Header.Add(key, v)
		}
	}
	return out
}
