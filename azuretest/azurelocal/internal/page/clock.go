package page

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// maxAhead keeps the clock where years have four digits.
const maxAhead = 100 * 365 * 24 * time.Hour

// clockView is the emulator's clock.
type clockView struct {
	Ahead time.Duration // of the machine's; negative: behind
}

// Distance is how far it is from the machine's.
func (c clockView) Distance() string {
	const day = 24 * time.Hour
	d := c.Ahead.Abs()
	if d < 2*day {
		return shortText(d)
	}
	text := fmt.Sprintf("%d days", d/day)
	if rest := d % day; rest > 0 {
		text += " " + shortText(rest)
	}
	return text
}

// shortText is a duration without what is zero at its end.
func shortText(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func (p *page) clock() clockView { return clockView{p.ahead().Round(time.Second)} }

// moveClock moves the clock by a form's duration, or back to the machine's.
func (p *page) moveClock(w http.ResponseWriter, r *http.Request) {
	text := r.PostFormValue("by")
	if text == "reset" {
		p.azure.Advance(-p.ahead())
		p.done(w, r, "clock")
		return
	}
	by, err := time.ParseDuration(text)
	switch {
	case err != nil:
		p.problem(w, "The clock moves by a duration such as 90m, 24h or -1h30m, not by "+quoted(text)+".", faultForm{})
	case (p.ahead()+by).Abs() > maxAhead || by.Abs() > maxAhead:
		p.problem(w, "The clock cannot be moved further than 100 years from now.", faultForm{})
	default:
		p.azure.Advance(by)
		p.done(w, r, "clock")
	}
}

// ahead is how far the emulator's clock is ahead of the machine's.
func (p *page) ahead() time.Duration {
	return p.azure.Now().Sub(time.Now().Round(0)).Round(time.Millisecond)
}

// done sends the browser back to the page, where it has changed.
func (p *page) done(w http.ResponseWriter, r *http.Request, at string) {
	http.Redirect(w, r, "/#"+at, http.StatusSeeOther)
}

// problem shows what is wrong with a form, which has changed nothing.
func (p *page) problem(w http.ResponseWriter, text string, form faultForm) {
	p.render(w, http.StatusUnprocessableEntity, text, form)
}
