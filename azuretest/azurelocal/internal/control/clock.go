package control

import (
	"net/http"
	"time"
)

// clock is the emulator's.
type clock struct {
	Now   time.Time `json:"now"`
	Ahead duration  `json:"ahead"` // of the machine's clock, to the millisecond
}

// maxAhead is how far it goes, either way: durations end at 292 years.
const maxAhead = 100 * 365 * 24 * time.Hour

func (a *api) clock(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, clock{a.azure.Now().UTC(), duration(a.ahead())})
}

func (a *api) ahead() time.Duration {
	return a.azure.Now().Sub(time.Now().Round(0)).Round(time.Millisecond)
}

func (a *api) advance(w http.ResponseWriter, r *http.Request) {
	var by struct {
		Advance *duration `json:"advance"`
	}
	if !read(w, r, &by) {
		return
	}
	if by.Advance == nil {
		refuse(w, http.StatusBadRequest, `advance is missing; send {"advance": "1h"}`)
		return
	}
	d := time.Duration(*by.Advance)
	if d.Abs() > maxAhead || (a.ahead()+d).Abs() > maxAhead {
		refuse(w, http.StatusBadRequest, "the clock cannot be moved further than 100 years from now")
		return
	}
	a.azure.Advance(d)
	a.clock(w, r)
}
