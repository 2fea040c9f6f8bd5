package azuretest

import (
	"net/http"
	"strconv"
	"time"
)

// gen2Lease is the right to write to a path that one client has.
// https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/lease
type gen2Lease struct {
	id       string // "": there is none
	duration time.Duration
	until    time.Time // zero: for ever
	broken   time.Time // when a break takes effect; zero: nobody has broken it
}

// active reports whether the lease keeps others out.
func (l gen2Lease) active(now time.Time) bool {
	switch {
	case l.id == "":
		return false
	case !l.broken.IsZero():
		return now.Before(l.broken)
	}
	return l.until.IsZero() || now.Before(l.until)
}

// describe returns the lines about it.
func (l gen2Lease) describe(now time.Time) headerMap {
	state := "available"
	switch {
	case l.id == "":
	case l.active(now) && !l.broken.IsZero():
		state = "breaking"
	case l.active(now):
		state = "leased"
	case !l.broken.IsZero():
		state = "broken"
	default:
		state = "expired"
	}
	out := headerMap{"X-Ms-Lease-State": state, "X-Ms-Lease-Status": "unlocked"}
	if l.active(now) {
		out["X-Ms-Lease-Status"] = "locked"
	}
	if state == "leased" {
		out["X-Ms-Lease-Duration"] = "fixed"
		if l.until.IsZero() {
			out["X-Ms-Lease-Duration"] = "infinite"
		}
	}
	return out
}

// hold is for tests that want somebody else to have the lease.
func (s *gen2State) hold(id string) { s.held = gen2Lease{id: id} }

func (s *gen2State) drop(id string) {
	if s.held.id == id {
		s.held = gen2Lease{}
	}
}

// admitLease refuses a write without the lease of a path, which a header names.
func (q *gen2Request) admitLease(n *lakeNode, header string) *storageError {
	given := q.r.Header.Get(header)
	switch {
	case !n.gen2.held.active(q.now):
		if given != "" {
			return leaseProblem("LeaseNotPresentWithBlobOperation", "There is currently no lease on the resource.")
		}
		return nil
	case given == "":
		return leaseProblem("LeaseIdMissing", "There is currently a lease on the resource and no lease ID was specified in the request.")
	case given != n.gen2.held.id:
		return leaseProblem("LeaseIdMismatchWithBlobOperation", "The lease ID specified did not match the lease ID for the resource.")
	}
	return nil
}

func leaseProblem(code, message string) *storageError {
	return &storageError{status: http.StatusPreconditionFailed, code: code, message: message}
}

// lease acquires, renews, changes, releases or breaks a lease.
func (q *gen2Request) lease() (lakeReply, *storageError) {
	t, problem := q.existing(q.path)
	if problem != nil {
		return nil, problem
	}
	if failure := t.requireTarget(writeAccess); failure != nil {
		return nil, gen2Refusal(failure)
	}
	n := t.target()
	if problem := q.conditions("", n); problem != nil {
		return nil, problem
	}
	status := http.StatusOK
	switch action := q.r.Header.Get("X-Ms-Lease-Action"); action {
	case "acquire":
		status, problem = http.StatusCreated, q.acquire(n)
	case "renew", "change", "release":
		problem = q.withLease(n, action)
	case "break":
		status, problem = http.StatusAccepted, q.breakLease(n)
	default:
		return nil, badHeader("x-ms-lease-action", "is unknown")
	}
	if problem != nil {
		return nil, problem
	}
	id, left := n.gen2.held.id, n.gen2.held.broken.Sub(q.now)
	reply, _ := q.changedAs(status, n)
	return func(c *call) {
		if status == http.StatusAccepted {
			c.w.Header().Set("X-Ms-Lease-Time", strconv.Itoa(max(int(left.Seconds()), 0)))
		} else if id != "" {
			c.w.Header().Set("X-Ms-Lease-Id", id)
		}
		reply(c)
	}, nil
}

func (q *gen2Request) acquire(n *lakeNode) *storageError {
	seconds, err := strconv.Atoi(q.r.Header.Get("X-Ms-Lease-Duration"))
	if err != nil || seconds != -1 && (seconds < 15 || seconds > 60) {
		return badHeader("x-ms-lease-duration", "must be -1 or 15 to 60")
	}
	id := q.r.Header.Get("X-Ms-Proposed-Lease-Id")
	if id != "" && !isGUID(id) {
		return badHeader("x-ms-proposed-lease-id", "is no GUID")
	}
	if held := n.gen2.held; held.active(q.now) && held.id != id {
		return gen2Conflict("LeaseAlreadyPresent", "There is already a lease present.")
	}
	n.gen2.held = gen2Lease{id: or(id, newGUID()), duration: time.Duration(seconds) * time.Second}
	q.renew(n)
	return nil
}

func (q *gen2Request) renew(n *lakeNode) {
	n.gen2.held.until = time.Time{}
	if n.gen2.held.duration > 0 {
		n.gen2.held.until = q.now.Add(n.gen2.held.duration)
	}
}

// withLease does what only the holder may do.
func (q *gen2Request) withLease(n *lakeNode, action string) *storageError {
	held, given := n.gen2.held, q.r.Header.Get("X-Ms-Lease-Id")
	switch {
	case given == "":
		return badHeader("x-ms-lease-id", "is required")
	case held.id != given:
		return gen2Conflict("LeaseIdMismatchWithLeaseOperation", "The lease ID specified did not match the lease ID for the resource with the specified lease operation.")
	case action == "renew" && !held.broken.IsZero():
		return gen2Conflict("LeaseIsBrokenAndCannotBeRenewed", "The lease ID matched, but the lease has been broken explicitly and cannot be renewed.")
	}
	switch action {
	case "renew":
		q.renew(n)
	case "release":
		n.gen2.held = gen2Lease{}
	case "change":
		id := q.r.Header.Get("X-Ms-Proposed-Lease-Id")
		if !isGUID(id) {
			return badHeader("x-ms-proposed-lease-id", "is no GUID")
		}
		n.gen2.held.id = id
	}
	return nil
}

func (q *gen2Request) breakLease(n *lakeNode) *storageError {
	held := &n.gen2.held
	if held.id == "" {
		return gen2Conflict("LeaseNotPresentWithLeaseOperation", "There is currently no lease on the resource.")
	}
	wait := time.Duration(max(decimal(q.r.Header.Get("X-Ms-Lease-Break-Period")), 0)) * time.Second
	if !held.until.IsZero() {
		wait = min(wait, max(held.until.Sub(q.now), 0))
	}
	held.broken = q.now.Add(wait)
	return nil
}
