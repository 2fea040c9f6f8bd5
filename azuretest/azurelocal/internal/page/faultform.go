package page

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/keyless-go/azure/azuretest"
)

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
	var read reader
	f := azuretest.Fault{
		Operation:  form.Operation,
		Status:     read.number("the status", form.Status),
		Code:       form.Code,
		RetryAfter: read.duration("Retry-After", form.RetryAfter),
		Delay:      read.duration("the delay", form.Delay),
		CutAfter:   int64(read.number("the bytes to cut after", form.CutAfter)),
		Nth:        read.count("the first request", form.Nth),
		Times:      read.number("the number of times", form.Times),
	}
	if read.err == nil && effectOf(f) == "nothing" {
		read.err = errors.New("say what goes wrong: a status, an error code, a delay or a cut")
	}
	return f, read.err
}

// reader reads fields, and keeps what is wrong with the first that is.
type reader struct{ err error }

func (r *reader) number(name, text string) int {
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		r.wrong("%s is a whole number, not %s", name, text)
	}
	return n
}

// count is a number from 1.
func (r *reader) count(name, text string) int {
	n := r.number(name, text)
	if n < 1 && text != "" {
		r.wrong("%s is counted from 1, not from %s", name, text)
	}
	return n
}

func (r *reader) duration(name, text string) time.Duration {
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		r.wrong("%s is a duration such as 2s or 500ms, not %s", name, text)
	}
	return d
}

func (r *reader) wrong(format, name, text string) {
	if r.err == nil {
		r.err = fmt.Errorf(format, name, quoted(text))
	}
}

// quoted is a text of a form as a message may have it.
func quoted(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return strconv.Quote(text)
}
