package page

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/azurelocal/internal/redact"
)

// maxShown is how many requests the page shows.
const maxShown = 200

// requestList is the list of requests, the newest first.
type requestList struct {
	Rows []requestRow
	Last int // number of the newest
}

// requestRow is one request. Of what a client has sent there are only parts in it that
// are no secrets: no header, no body.
type requestRow struct {
	Number    int
	Time      time.Time
	Method    string
	URL       string
	Operation string
	Identity  string
	Status    int
	Decision  decision
	Reason    string
}

// decision is what has become of a request, in the words of the page.
type decision string

const (
	allowed  decision = "allowed"
	denied   decision = "denied"  // who asks may not
	refused  decision = "refused" // nobody could
	faulted  decision = "fault"
	unknown  decision = "unknown"
	noAnswer decision = "no answer"
)

// Class is the decision as a class of the style sheet.
func (d decision) Class() string { return strings.ReplaceAll(string(d), " ", "-") }

// decide tells what has become of a request. A status above 999 is an error number of
// SQL Server.
func decide(r azuretest.Request) decision {
	switch {
	case strings.HasPrefix(r.Reason, "fault"):
		return faulted
	case r.Operation == "unknown":
		return unknown
	case r.Status == 401, r.Status == 403, r.Status == 18456, r.Status == 229:
		return denied
	case r.Status == 0:
		return noAnswer
	case r.Reason != "" || r.Status >= 400:
		return refused
	}
	return allowed
}

func (p *page) rowOf(r azuretest.Request) requestRow {
	return requestRow{
		Number: r.Number, Time: r.Time, Method: r.Method, URL: redact.Text(r.URL), Operation: r.Operation, Identity: r.Identity,
		Status: r.Status, Decision: decide(r), Reason: redact.Text(r.Reason),
	}
}

// lastRequests returns those that the page shows.
func (p *page) lastRequests() requestList {
	list := requestList{}
	done := p.doneAfter(0)
	for _, r := range slices.Backward(done) {
		list.Rows = append(list.Rows, p.rowOf(r))
	}
	if len(done) > 0 {
		list.Last = list.Rows[0].Number
	}
	return list
}

// doneAfter returns the requests that were done after the one of a number, at most those
// that the page shows, in the order of their numbers.
func (p *page) doneAfter(number int) []azuretest.Request {
	list := slices.DeleteFunc(p.azure.Requests(), func(r azuretest.Request) bool { return r.Number <= number })
	slices.SortFunc(list, func(a, b azuretest.Request) int { return cmp.Compare(a.Number, b.Number) })
	return slices.Clone(list[max(len(list)-maxShown, 0):])
}
