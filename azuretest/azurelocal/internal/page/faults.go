package page

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/keyless-go/azure/azuretest"
)

// faultsView is what fails, and what can be made to.
type faultsView struct {
	Switches []faultSwitch
	Active   list[activeFault]
}

// activeFault is a fault that is not over.
type activeFault struct {
	azuretest.ActiveFault

	Effect string
}

// Requests says which it strikes.
func (f activeFault) Requests() string {
	if f.Operation == "" {
		return "*"
	}
	return f.Operation
}

// Count says how often it has struck and will.
func (f activeFault) Count() string {
	text := fmt.Sprintf("struck %d", f.Struck)
	if f.Nth > 1 {
		text += fmt.Sprintf(", from the %s on", ordinal(f.Nth))
	}
	if f.Left < 0 {
		return text + ", until removed"
	}
	return text + fmt.Sprintf(", %d left", f.Left)
}

func ordinal(n int) string {
	ending := "th"
	if tens := n % 100; tens < 11 || tens > 13 {
		switch n % 10 {
		case 1:
			ending = "st"
		case 2:
			ending = "nd"
		case 3:
			ending = "rd"
		}
	}
	return strconv.Itoa(n) + ending
}

func (p *page) faults() faultsView {
	active := p.azure.Faults()
	view := faultsView{Switches: p.switches.list(active)}
	var rows []activeFault
	for _, f := range active {
		rows = append(rows, activeFault{f, effectOf(f.Fault)})
	}
	view.Active = listOf(rows)
	return view
}

// effectOf says what a fault does.
func effectOf(f azuretest.Fault) string {
	var parts []string
	say := func(does bool, format string, values ...any) {
		if does {
			parts = append(parts, fmt.Sprintf(format, values...))
		}
	}
	say(f.Delay > 0, "waits %v", f.Delay)
	say(f.Status < 0, "closes the connection")
	say(f.Status > 0, "status %s", strings.TrimSpace(strconv.Itoa(f.Status)+" "+http.StatusText(f.Status)))
	say(f.Code != "", "error code %s", f.Code)
	say(f.RetryAfter > 0, "Retry-After %v", f.RetryAfter)
	say(f.Body != "", "a body of its own")
	say(f.Location != "", "links elsewhere")
	say(f.CutAfter > 0, "cut after %d bytes", f.CutAfter)
	say(f.CutAfter < 0, "cut before the body")
	say(len(f.Header) > 0, "header %s", strings.Join(slices.Sorted(maps.Keys(f.Header)), ", "))
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// removeFault ends the fault of a form.
func (p *page) removeFault(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PostFormValue("id"))
	if err != nil {
		p.problem(w, "There is no fault "+quoted(r.PostFormValue("id"))+".", faultForm{})
		return
	}
	p.azure.RemoveFault(id) // one that is over already is as good as removed
	p.done(w, r, "faults")
}

// addFault adds the fault of a form.
func (p *page) addFault(w http.ResponseWriter, r *http.Request) {
	form := readForm(r)
	f, err := form.fault()
	if err == nil {
		_, err = p.azure.AddFault(f)
	}
	if err != nil {
		p.problem(w, "The fault is not added: "+strings.TrimPrefix(err.Error(), "azuretest: AddFault: ")+".", form)
		return
	}
	p.done(w, r, "faults")
}
