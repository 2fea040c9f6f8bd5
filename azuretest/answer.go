package azuretest

import (
	"math"
	"net/http"
	"strconv"
)

// answer is the way back to the client, with what the faults do to it.
type answer struct {
	http.ResponseWriter

	status  int // 0 until the header is written
	header  http.Header
	cutting bool
	left    int64 // bytes to go until the cut
}

func (a *answer) plan(p plan) {
	a.header = p.Header.Clone()
	a.cutting, a.left = p.CutAfter != 0, max(p.CutAfter, 0)
	if a.header == nil {
		a.header = http.Header{}
	}
	if p.RetryAfter > 0 {
		seconds := math.Ceil(p.RetryAfter.Seconds())
		setDefault(a.header, "Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
	if p.Location != "" && p.Status > 0 {
		setDefault(a.header, "Location", p.Location)
	}
}

func setDefault(h http.Header, key, value string) {
	if _, ok := h[key]; !ok {
		h.Set(key, value)
	}
}

// WriteHeader sends the header with the faults' own lines over the service's.
func (a *answer) WriteHeader(status int) {
	if a.status != 0 {
		return
	}
	a.status = status
	for key, values := range a.header {
		key = http.CanonicalHeaderKey(key)
		a.Header().Del(key)
		for _, v := range values {
			a.Header().Add(key, v)
		}
	}
	a.ResponseWriter.WriteHeader(status)
	if a.cutting && a.left == 0 {
		a.abort()
	}
}

// Write sends p, or as much of it as a fault lets through.
func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	if !a.cutting || int64(len(p)) < a.left {
		a.left -= int64(len(p))
		return a.ResponseWriter.Write(p)
	}
	_, _ = a.ResponseWriter.Write(p[:a.left]) // it is being cut anyway
	a.abort()
	return 0, http.ErrAbortHandler
}

// abort delivers what is buffered and ends the connection.
func (a *answer) abort() {
	_ = http.NewResponseController(a.ResponseWriter).Flush() // it is being cut anyway
	panic(http.ErrAbortHandler)
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
