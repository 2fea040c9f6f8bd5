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

func (a *api) clock(w http.ResponseWriter, _ *http.Request) {
	now := a.azure.Now()
	answer(w, http.StatusOK, clock{now.UTC(), duration(now.Sub(time.Now().Round(0)).Round(time.Millisecond))})
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
	a.azure.Advance(time.Duration(*by.Advance))
	a.clock(w, r)
}
