package azuretest

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	maxRequests = 10_000
	maxRecorded = 64 << 10 // bytes of a body
	maxBodies   = 32 << 20 // bytes of all bodies
	keptBodies  = maxBodies - 1<<20
)

// A Request is one request that has reached a [Server]. Tokens in it are
// redacted; the body is otherwise what the client has sent, so that of a
// secret's set holds its value.
type Request struct {
	Number    int         // counts those that are done, from 1; 0 while it is being served
	Time      time.Time   // of arrival, on the Server's clock
	Method    string      // such as "GET"
	URL       string      // whole, with scheme and host
	Operation string      // such as "imds.token" or "keyvault.get"; "unknown" if the Server has no such thing
	Identity  string      // name of the identity it is for or from; empty if none was found
	Reason    string      // why it was refused; empty if it was not
	Status    int         // 0 while it is being served, or if the connection was cut before an answer
	Header    http.Header // with canonical keys
	Body      []byte      // as far as it was read, at most 64 KiB; nil if it had to make room for newer ones
}

// Requests returns the last 10,000 requests in the order of their arrival. The
// caller owns the result. A request that is still being served is in it. All their
// bodies have at most 32 MiB: where there would be more, the oldest requests have
// lost theirs.
func (s *Server) Requests() []Request {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	list := make([]Request, len(s.log.entries))
	for i, e := range s.log.entries {
		list[i] = s.log.copyLocked(e)
	}
	return list
}

type requestLog struct {
	mu       sync.Mutex // guards what follows and what is in entries
	entries  []*Request
	noted    int // bytes of bodies, at least; what has left entries may still count
	finished int
	watchers []chan *Request
	closed   bool
}

func (l *requestLog) add(now time.Time, operation string, r *http.Request) *Request {
	scheme := "http"
	if overTLS(r) {
		scheme = "https"
	}
	e := &Request{
		Time:      now,
		Method:    r.Method,
		URL:       string(l.redact([]byte(scheme + "://" + r.Host + r.URL.RequestURI()))),
		Operation: operation,
		Header:    l.redactHeader(r.Header),
	}
	l.keep(e)
	return e
}

// keep adds a request to the log.
func (l *requestLog) keep(e *Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e)
	if len(l.entries) > maxRequests {
		l.entries[0] = nil
		l.entries = l.entries[1:]
	}
	l.makeRoom(len(e.Body))
}

// makeRoom counts what has been added to bodies and, when they are too large together,
// takes those of the oldest requests. That leaves some room: it is not for every request
// that all are looked at. The caller holds l.mu.
func (l *requestLog) makeRoom(added int) {
	l.noted += added
	if l.noted <= maxBodies {
		return
	}
	sum := 0
	for _, e := range slices.Backward(l.entries) {
		if sum += len(e.Body); sum > keptBodies {
			e.Body = nil
		}
	}
	l.noted = min(sum, keptBodies)
}

// overTLS reports whether the client has used https.
func overTLS(r *http.Request) bool {
	if conn, ok := r.Context().Value(connKey{}).(*serverConn); ok {
		return conn.tls
	}
	return r.TLS != nil
}

// isPlain reports whether the client has certainly used http: in memory, or by a proxy,
// which is asked for a whole URL.
func isPlain(r *http.Request) bool {
	_, inMemory := r.Context().Value(connKey{}).(*serverConn)
	return (inMemory || r.URL.Scheme == "http") && !overTLS(r)
}

func (l *requestLog) update(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

func (l *requestLog) finish(e *Request, status int) {
	l.update(func() {
		e.Status = status
		l.done(e)
	})
}

// tee returns r's body, which notes in e what is read from it. A short body is
// read at once: a refused request is often refused before anybody reads it.
func (l *requestLog) tee(e *Request, r *http.Request) io.ReadCloser {
	if r.Body == nil {
		return http.NoBody
	}
	t := &teeBody{ReadCloser: r.Body, log: l, entry: e}
	if r.ContentLength <= 0 || r.ContentLength > maxRecorded || r.Header.Get("Expect") != "" {
		return t
	}
	data, err := io.ReadAll(t)
	if err != nil {
		return &failedBody{Reader: bytes.NewReader(data), err: err}
	}
	return io.NopCloser(bytes.NewReader(data))
}

// teeBody notes what is read.
type teeBody struct {
	io.ReadCloser

	log   *requestLog
	entry *Request
}

// Read notes what it reads.
func (t *teeBody) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.log.update(func() {
		noted := p[:min(n, max(maxRecorded-len(t.entry.Body), 0))]
		t.entry.Body = append(t.entry.Body, noted...)
		t.log.makeRoom(len(noted))
	})
	return n, err
}

// failedBody is a body whose rest could not be read.
type failedBody struct {
	io.Reader

	err error
}

// Read ends in the error with which reading the body did.
func (b *failedBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = b.err
	}
	return n, err
}

// Close does nothing: what there was to read is read.
func (b *failedBody) Close() error { return nil }
