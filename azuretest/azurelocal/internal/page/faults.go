package page

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

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
	say := func(format string, values ...any) { parts = append(parts, fmt.Sprintf(format, values...)) }
	if f.Delay > 0 {
		say("waits %v", f.Delay)
	}
	switch {
	case f.Status < 0:
		say("closes the connection")
	case f.Status > 0:
		say("%s", strings.TrimSpace(fmt.Sprintf("status %d %s", f.Status, http.StatusText(f.Status))))
	}
	if f.Code != "" {
		say("error code %s", f.Code)
	}
	if f.RetryAfter > 0 {
		say("Retry-After %v", f.RetryAfter)
	}
	if f.Body != "" {
		say("a body of its own")
	}
	if f.Location != "" {
		say("links elsewhere")
	}
	switch {
	case f.CutAfter > 0:
		say("cut after %d bytes", f.CutAfter)
	case f.CutAfter < 0:
		say("cut before the body")
	}
	if len(f.Header) > 0 {
		say("header %s", strings.Join(slices.Sorted(maps.Keys(f.Header)), ", "))
	}
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

// faultForm is what has been typed for a fault.
type faultForm struct {
	Operation, Status, Code, RetryAfter, Delay, CutAfter, Nth, Times string
}

// Typed reports whether there is anything in the form.
func (form faultForm) Typed() bool { return form != faultForm{} }

func readForm(r *http.Request) faultForm {
	value := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	return faultForm{
		Operation: value("operation"), Status: value("status"), Code: value("code"), RetryAfter: value("retry-after"),
		Delay: value("delay"), CutAfter: value("cut-after"), Nth: value("nth"), Times: value("times"),
	}
}

// fault reads what has been typed. An empty field leaves that side of answers alone.
func (form faultForm) fault() (azuretest.Fault, error) {
	f := azuretest.Fault{Operation: form.Operation, Code: form.Code}
	var cut int
	for _, field := range []struct {
		name, text string
		to         *int
	}{
		{"the status", form.Status, &f.Status},
		{"the bytes to cut after", form.CutAfter, &cut},
		{"the first request", form.Nth, &f.Nth},
		{"the number of times", form.Times, &f.Times},
	} {
		if field.text == "" {
			continue
		}
		n, err := strconv.Atoi(field.text)
		if err != nil {
			return f, fmt.Errorf("%s is a whole number, not %s", field.name, quoted(field.text))
		}
		*field.to = n
	}
	f.CutAfter = int64(cut)
	for _, field := range []struct {
		name, text string
		to         *time.Duration
	}{{"the delay", form.Delay, &f.Delay}, {"Retry-After", form.RetryAfter, &f.RetryAfter}} {
		if field.text == "" {
			continue
		}
		d, err := time.ParseDuration(field.text)
		if err != nil || d < 0 {
			return f, fmt.Errorf("%s is a duration such as 2s or 500ms, not %s", field.name, quoted(field.text))
		}
		*field.to = d
	}
	if effectOf(f) == "nothing" {
		return f, fmt.Errorf("say what goes wrong: a status, an error code, a delay or a cut")
	}
	return f, nil
}

// quoted is a text of a form as a message may have it.
func quoted(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return strconv.Quote(text)
}
