package azuretest

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// A Fault makes chosen requests fail, wait, or be cut; see [Server.Fail]. It is
// deterministic: it counts requests, nothing is random. The zero value of each
// field leaves that side of the answer alone.
type Fault struct {
	// Operation says which requests: "imds.token", "keyvault.set", or a pattern of
	// path.Match, such as "keyvault.*"; the package comment has the names. Empty means
	// every request.
	Operation string
	// Nth is the first matching request it strikes, counted from 1 when the Fault
	// is added. 0 is the first that comes.
	Nth int
	// Times is how many requests it strikes: 0 once, -1 always.
	Times int
	// Status answers with this status in the service's place. With no Body the
	// answer is an error of the service's own shape. A negative Status closes the
	// connection without an answer.
	Status int
	// Code is the error code in that answer; empty is the service's usual code for
	// the status. With no Status it means 500.
	Code string
	// Body is the whole body of the answer; with no Status it means 200.
	Body string
	// Location is the Location header of an answer with a Status. With no Status the
	// service answers as usual, but links to this address: the nextLink of a list.
	Location string
	// RetryAfter is the Retry-After header, in whole seconds, rounded up.
	RetryAfter time.Duration
	// Delay passes before the request is served. A Delay longer than the client's
	// patience is a service that hangs; alone it is latency.
	Delay time.Duration
	// CutAfter cuts the connection after so many bytes of the body; the header still
	// promises the full length. A negative CutAfter cuts right after the header.
	CutAfter int64
	// Header replaces lines of the answer's header, such as WWW-Authenticate. An
	// empty list removes the line.
	Header http.Header
}

// Fail adds a fault. Of several that are due, the oldest strikes and the others
// wait for their turn; one that only delays or only sets headers lets the next
// strike the same request too. It panics if Operation matches none there is, Status is
// none an answer can have (200 to 599), a duration or Nth is negative, or the fault does
// nothing.
func (s *Server) Fail(f Fault) {
	if err := f.problem(); err != nil {
		panic(fmt.Sprintf("azuretest: Fail: %v", err))
	}
	s.faults.add(f)
}

// problem says what is wrong with a fault, if anything.
func (f Fault) problem() error {
	if err := checkOperation(f.Operation); err != nil {
		return err
	}
	switch {
	case f.Status > 0 && f.Status < 200 || f.Status > 599: // https://www.rfc-editor.org/rfc/rfc9110#section-15
		return fmt.Errorf("no answer has status %d", f.Status)
	case f.Delay < 0:
		return fmt.Errorf("a delay of %v: it cannot be negative", f.Delay)
	case f.RetryAfter < 0:
		return fmt.Errorf("a Retry-After of %v: it cannot be negative", f.RetryAfter)
	case f.Nth < 0:
		return fmt.Errorf("nth %d cannot be negative: requests are counted from 1", f.Nth)
	case f.Times < -1:
		return fmt.Errorf("times %d is no count; -1 is always", f.Times)
	case !areHeaders(f.Header):
		return errors.New("a header has a name that cannot be sent")
	case !f.does():
		return errors.New("it does nothing; give it a status, code, body, location, retryAfter, delay, cutAfter or header")
	}
	return nil
}

// areHeaders reports whether header lines can be sent.
// https://www.rfc-editor.org/rfc/rfc9110#section-5.1
func areHeaders(h http.Header) bool {
	for name := range h {
		isToken := !strings.ContainsFunc(name, func(r rune) bool {
			return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"(),/:;<=>?@[\\]{}", r)
		})
		if name == "" || !isToken {
			return false
		}
	}
	return true
}

// does reports whether a fault changes anything.
func (f Fault) does() bool {
	return f.Status != 0 || f.Code != "" || f.Body != "" || f.Location != "" || f.RetryAfter != 0 || f.Delay != 0 || f.CutAfter != 0 ||
		len(f.Header) > 0
}

type faults struct {
	mu   sync.Mutex // guards what follows and what is in list
	list []*pending
	last int // ID
}

// pending is a fault and what it has seen.
type pending struct {
	Fault

	id, seen, struck int
}

// plan is what all faults together do to one request.
type plan struct{ Fault }

// add adds a fault and returns its ID.
func (f *faults) add(one Fault) int {
	one.Header = one.Header.Clone()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	f.list = append(f.list, &pending{Fault: one, id: f.last})
	return f.last
}

// take returns the plan for a request that has just come.
func (f *faults) take(operation string) plan {
	f.mu.Lock()
	defer f.mu.Unlock()
	var p plan
	kept := f.list[:0]
	for _, one := range f.list {
		if one.matches(operation) {
			one.seen++
			if one.due() && !p.answers() {
				one.struck++
				p.add(one.Fault)
			}
		}
		if !one.spent() {
			kept = append(kept, one)
		}
	}
	clear(f.list[len(kept):])
	f.list = kept
	return p
}

func (f *pending) matches(operation string) bool {
	ok, _ := path.Match(f.Operation, operation) // Fail has checked the pattern
	return ok || f.Operation == ""
}

func (f *pending) due() bool { return f.seen >= f.Nth && !f.spent() }

func (f *pending) spent() bool {
	return f.Times >= 0 && f.struck >= max(f.Times, 1)
}

// answers reports whether p changes more than time and header of the answer.
func (p *plan) answers() bool {
	return p.replaces() || p.Location != "" || p.CutAfter != 0
}

// replaces reports whether the service itself is not asked.
func (p *plan) replaces() bool { return p.Status != 0 }

// add lets f, younger than what is in p, strike too.
func (p *plan) add(f Fault) {
	delay, header := p.Delay+f.Delay, p.Header
	if header == nil {
		header = http.Header{}
	}
	for key, values := range f.Header {
		header[http.CanonicalHeaderKey(key)] = values
	}
	retry := max(p.RetryAfter, f.RetryAfter)
	p.Fault = f
	p.Delay, p.Header, p.RetryAfter = delay, header, retry
	switch {
	case f.Status != 0:
	case f.Code != "":
		p.Status = http.StatusInternalServerError
	case f.Body != "":
		p.Status = http.StatusOK
	}
}
