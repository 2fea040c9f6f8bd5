package control

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/azurelocal/internal/redact"
)

// request is an [azuretest.Request] in JSON.
type request struct {
	Number    int         `json:"number"`
	Time      time.Time   `json:"time"`
	Method    string      `json:"method"`
	URL       string      `json:"url"`
	Operation string      `json:"operation"`
	Identity  string      `json:"identity"`
	Reason    string      `json:"reason"`
	Status    int         `json:"status"`
	Header    http.Header `json:"header"`
	Body      string      `json:"body"`
	Binary    []byte      `json:"bodyBase64,omitempty"` // in the place of a body that is no text
}

func logged(r azuretest.Request) request {
	r = redact.Request(r)
	out := request{
		Number: r.Number, Time: r.Time.UTC(), Method: r.Method, URL: r.URL, Operation: r.Operation,
		Identity: r.Identity, Reason: r.Reason, Status: r.Status, Header: r.Header,
	}
	if utf8.Valid(r.Body) {
		out.Body = string(r.Body)
	} else {
		out.Binary = r.Body
	}
	return out
}

// requests lists what is in the log: all, or what is done and has a higher number than
// the last that the client knows.
func (a *api) requests(w http.ResponseWriter, r *http.Request) {
	after := -1
	if text := r.URL.Query().Get("after"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			refuse(w, http.StatusBadRequest, fmt.Sprintf("after must be the number of a request, not %q", text))
			return
		}
		after = n
	}
	list := []request{}
	for _, one := range a.azure.Requests() {
		if one.Number > after {
			list = append(list, logged(one))
		}
	}
	answer(w, http.StatusOK, map[string]any{"requests": list})
}

// live sends each request when it is done, as a server-sent event. A client that comes
// back says which was its last, and gets what it has missed.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
func (a *api) live(w http.ResponseWriter, r *http.Request) {
	watched := a.azure.Watch(r.Context())
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = fmt.Fprint(w, ": watching\n\n") // who has left is noticed below
	sent := 0
	for _, one := range a.missed(r.Header.Get("Last-Event-ID")) {
		sent = one.Number
		_ = send(w, logged(one))
	}
	_ = http.NewResponseController(w).Flush()
	for one := range watched {
		if one.Number > sent && send(w, logged(one)) != nil {
			return
		}
	}
}

// missed returns what is done since the request that was a client's last, in that order.
func (a *api) missed(last string) []azuretest.Request {
	after, err := strconv.Atoi(last)
	if err != nil {
		return nil
	}
	list := slices.DeleteFunc(a.azure.Requests(), func(r azuretest.Request) bool { return r.Number <= after })
	slices.SortFunc(list, func(x, y azuretest.Request) int { return cmp.Compare(x.Number, y.Number) })
	return list
}

func send(w http.ResponseWriter, r request) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "id: %d\ndata: %s\n\n", r.Number, data); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}
