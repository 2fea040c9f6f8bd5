package control

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/keyless-go/azure/azuretest"
)

// fault is an [azuretest.Fault] in JSON.
type fault struct {
	Operation  string      `json:"operation"`
	Nth        *int        `json:"nth"` // absent: 1
	Times      int         `json:"times"`
	Status     int         `json:"status"`
	Code       string      `json:"code"`
	Body       string      `json:"body"`
	Location   string      `json:"location"`
	RetryAfter duration    `json:"retryAfter"`
	Delay      duration    `json:"delay"`
	CutAfter   int64       `json:"cutAfter"`
	Header     http.Header `json:"header,omitempty"`
}

// activeFault is an [azuretest.ActiveFault] in JSON.
type activeFault struct {
	ID     int `json:"id"`
	Struck int `json:"struck"`
	Left   int `json:"left"`

	fault
}

func written(f azuretest.ActiveFault) activeFault {
	first := max(f.Nth, 1)
	return activeFault{f.ID, f.Struck, f.Left, fault{
		f.Operation, &first, f.Times, f.Status, f.Code, f.Body, f.Location, duration(f.RetryAfter), duration(f.Delay), f.CutAfter, f.Header,
	}}
}

func (f *fault) read() azuretest.Fault {
	return azuretest.Fault{
		Operation: f.Operation, Nth: *f.Nth, Times: f.Times, Status: f.Status, Code: f.Code, Body: f.Body, Location: f.Location,
		RetryAfter: time.Duration(f.RetryAfter), Delay: time.Duration(f.Delay), CutAfter: f.CutAfter, Header: f.Header,
	}
}

func (a *api) faults(w http.ResponseWriter, _ *http.Request) {
	list := []activeFault{}
	for _, f := range a.azure.Faults() {
		list = append(list, written(f))
	}
	answer(w, http.StatusOK, map[string]any{"faults": list})
}

func (a *api) addFault(w http.ResponseWriter, r *http.Request) {
	var f fault
	if !read(w, r, &f) {
		return
	}
	if f.Nth == nil {
		first := 1
		f.Nth = &first
	}
	if *f.Nth == 0 {
		refuse(w, http.StatusBadRequest, "nth counts from 1; leave it out for the first that comes")
		return
	}
	id, err := a.azure.AddFault(f.read())
	if err != nil {
		refuse(w, http.StatusBadRequest, strings.TrimPrefix(err.Error(), "azuretest: AddFault: "))
		return
	}
	left := max(f.Times, 1)
	if f.Times < 0 {
		left = -1
	}
	w.Header().Set("Location", fmt.Sprintf("/api/faults/%d", id))
	answer(w, http.StatusCreated, activeFault{ID: id, Left: left, fault: f})
}

func (a *api) removeFault(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || !a.azure.RemoveFault(id) {
		refuse(w, http.StatusNotFound, fmt.Sprintf("there is no fault %q, or it is over; GET /api/faults lists those that are not", r.PathValue("id")))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
