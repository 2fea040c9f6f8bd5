package credential_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// site is a made-up endpoint. It answers with its replies in turn, with the last
// one again and again, and notes what it was asked.
type site struct {
	mu      sync.Mutex
	replies []reply
	calls   []call
}

type reply func(*http.Request) (*http.Response, error)

// call is a request as it arrived.
type call struct {
	method, url, body string
	header            http.Header
	at                time.Time
}

func newSite(replies ...reply) *site { return &site{replies: replies} }

func (s *site) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	n := min(len(s.calls), len(s.replies)-1)
	c := call{method: req.Method, url: req.URL.String(), header: req.Header.Clone(), at: time.Now()}
	if req.Body != nil {
		body, _ := io.ReadAll(req.Body)
		c.body = string(body)
	}
	s.calls = append(s.calls, c)
	s.mu.Unlock()
	resp, err := s.replies[n](req)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

func (s *site) client() *http.Client { return &http.Client{Transport: s} }

func (s *site) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

func (s *site) call(i int) call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[i]
}

// become replaces what is still to be answered.
func (s *site) become(replies ...reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replies = append(make([]reply, len(s.calls)), replies...)
}

// say answers with a status, a body, and headers, which are names and values in turn.
func say(status int, body string, headers ...string) reply {
	return func(*http.Request) (*http.Response, error) {
		resp := &http.Response{
			Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}
		for i := 0; i < len(headers); i += 2 {
			resp.Header.Add(headers[i], headers[i+1])
		}
		return resp, nil
	}
}

// issue answers with a new token for life, as a virtual machine does. Further
// fields replace those of the answer, or remove them if they are nil.
func issue(life time.Duration, fields ...map[string]any) reply {
	return func(req *http.Request) (*http.Response, error) {
		return say(http.StatusOK, tokenJSON(life, fields...))(req)
	}
}

func tokenJSON(life time.Duration, fields ...map[string]any) string {
	body := map[string]any{
		"access_token": "secret-" + rand.Text(), "token_type": "Bearer",
		"expires_on": strconv.FormatInt(time.Now().Add(life).Unix(), 10),
	}
	for _, more := range fields {
		for name, value := range more {
			body[name] = value
			if value == nil {
				delete(body, name)
			}
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// after answers later, unless the request is given up first.
func after(d time.Duration, next reply) reply {
	return func(req *http.Request) (*http.Response, error) {
		select {
		case <-time.After(d):
			return next(req)
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
}

// hang never answers.
func hang(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// refuse is a port where nobody listens.
func refuse(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
}
