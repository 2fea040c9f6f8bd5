package azuretest

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A Deletion says how resource groups are deleted; see [Subscription.SetDeletion]. It
// is over when both Polls and Takes say so. Until then the group is there, in state
// "Deleting", and cannot be changed.
type Deletion struct {
	Polls          int           // how many questions for the outcome are answered with "not yet"
	Takes          time.Duration // by the Server's clock
	RetryAfter     time.Duration // between questions, as told to the client, in whole seconds; 0: nothing is told
	AsyncOperation bool          // the client is told of it by Azure-AsyncOperation, not by Location
}

// deletionJob is a deletion under way, or its outcome.
type deletionJob struct {
	id             string
	how            Deletion
	group          *ResourceGroup
	polls          int // answers "not yet" that are left
	started, until time.Time
	ended          time.Time // zero: it goes on
	failure        *armError // of an ended one; nil: it has succeeded
}

// settle ends the deletions whose time has come. The caller holds m.mu.
func (m *resourceManager) settle(now time.Time) {
	for id, j := range m.jobs {
		switch {
		case j.ended.IsZero() && j.polls <= 0 && !now.Before(j.until):
			j.end(now)
		case !j.ended.IsZero() && now.Sub(j.ended) > outcomesKept:
			delete(m.jobs, id)
		}
	}
}

// outcomesKept is how long one can ask for the outcome of a deletion that is over.
const outcomesKept = 24 * time.Hour

func (j *deletionJob) end(now time.Time) {
	g := j.group
	j.ended = now
	g.job = nil
	if j.failure = g.stuck(); j.failure != nil {
		return
	}
	delete(g.subscription.groups, strings.ToLower(g.name))
	for name, a := range g.tree.accounts {
		if a.group == g {
			delete(g.tree.accounts, name)
		}
	}
}

// stuck is the error that the group's deletion ends in, nil if all can be deleted.
func (g *ResourceGroup) stuck() *armError {
	var ids []string
	var details []armErrorBody
	for _, r := range g.members() {
		if r.Stuck != "" {
			ids = append(ids, r.Type+"/"+r.Name)
			details = append(details, armErrorBody{Code: "ResourceNotDeletable", Target: r.id, Message: r.Stuck})
		}
	}
	if ids == nil {
		return nil
	}
	return &armError{http.StatusConflict, armErrorBody{
		Code: "ResourceGroupDeletionBlocked",
		Message: fmt.Sprintf("Deletion of resource group '%s' failed as resources with identifiers '%s' could not be deleted. "+
			"The provisioning state of the resource group will be rolled back. The tracking Id is '%s'. Please check audit logs for more details.",
			g.name, strings.Join(ids, ","), newGUID()),
		Details: details,
	}}
}

func deleteGroup(q *armRequest) (armAnswer, *armError) {
	g := q.group
	if g.locked {
		return armAnswer{}, conflictError("ScopeLocked", fmt.Sprintf("The scope '%s' cannot perform delete operation because following scope(s) are locked: '%s'. Please remove the lock and try again.", g.id, g.id))
	}
	if g.job == nil {
		q.startDeletion(g)
	}
	job := g.job
	g.tree.settle(q.now)
	return armAnswer{status: http.StatusAccepted, header: q.pollHeader(job)}, nil
}

func (q *armRequest) startDeletion(g *ResourceGroup) {
	how := g.subscription.deletion
	job := &deletionJob{
		id:      encodeSegment(jobID{"RESOURCEGROUPDELETIONJOB-" + strings.ToUpper(g.name) + "-" + newGUID(), g.location}),
		how:     how,
		group:   g,
		polls:   how.Polls,
		started: q.now,
		until:   q.now.Add(how.Takes),
	}
	g.job = job
	if g.tree.jobs == nil {
		g.tree.jobs = map[string]*deletionJob{}
	}
	g.tree.jobs[job.id] = job
}

// jobID is what the service, too, puts into the address of an outcome.
type jobID struct {
	ID       string `json:"jobId"`
	Location string `json:"jobLocation"`
}

// pollHeader tells a client where to ask for the outcome.
func (q *armRequest) pollHeader(j *deletionJob) http.Header {
	h := http.Header{}
	name, kind := "Location", "operationresults"
	if j.how.AsyncOperation {
		name, kind = "Azure-AsyncOperation", "operationstatuses"
	}
	h.Set(name, q.link(fmt.Sprintf("%s%s/%s/%s?api-version=%s", q.base, j.group.subscription.id, kind, j.id, q.version)))
	if j.how.RetryAfter > 0 {
		h.Set("Retry-After", strconv.FormatFloat(math.Ceil(j.how.RetryAfter.Seconds()), 'f', 0, 64))
	}
	return h
}

// findJob counts a question for the outcome.
func (q *armRequest) findJob() (j *deletionJob, problem *armError) {
	j = q.subscription.tree.jobs[q.job]
	if j == nil || j.group.subscription != q.subscription {
		return nil, &armError{http.StatusNotFound, armErrorBody{Code: "NotFound", Message: "there is no operation of that ID in the subscription"}}
	}
	if j.ended.IsZero() {
		j.polls--
	}
	return j, nil
}

// operationResult answers at the address that Location has named.
func operationResult(q *armRequest) (armAnswer, *armError) {
	j, problem := q.findJob()
	switch {
	case problem != nil:
		return armAnswer{}, problem
	case j.ended.IsZero():
		return armAnswer{status: http.StatusAccepted, header: q.pollHeader(j)}, nil
	case j.failure != nil:
		return armAnswer{}, j.failure
	}
	return armAnswer{status: http.StatusOK}, nil
}

// operationStatus answers at the address that Azure-AsyncOperation has named.
// https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
func operationStatus(q *armRequest) (armAnswer, *armError) {
	j, problem := q.findJob()
	if problem != nil {
		return armAnswer{}, problem
	}
	body := operationAnswer{
		ID:      j.group.subscription.id + "/operationstatuses/" + j.id,
		Name:    j.id,
		Status:  "Running",
		Started: stamp(j.started),
	}
	if j.ended.IsZero() {
		return armAnswer{status: http.StatusOK, header: q.pollHeader(j), body: body}, nil
	}
	body.Status, body.Ended, body.Percent = "Succeeded", stamp(j.ended), 100
	if j.failure != nil {
		body.Status, body.Error = "Failed", &j.failure.body
	}
	return armAnswer{status: http.StatusOK, body: body}, nil
}

type operationAnswer struct {
	ID      string        `json:"id"`
	Name    string        `json:"name"`
	Status  string        `json:"status"`
	Started string        `json:"startTime"`
	Ended   string        `json:"endTime,omitempty"`
	Percent float64       `json:"percentComplete"`
	Error   *armErrorBody `json:"error,omitempty"`
}
