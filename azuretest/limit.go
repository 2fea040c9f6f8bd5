package azuretest

import (
	"sync"
	"time"
)

// limit admits a number of requests in a window of time, and a number at once.
// The zero value admits all.
type limit struct {
	mu     sync.Mutex // guards what follows
	rate   int        // 0: no limit
	window time.Duration
	atOnce int // 0: no limit
	recent []time.Time
	inside int
}

// set puts new limits in force and forgets what has come before.
func (l *limit) set(rate int, window time.Duration, atOnce int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rate, l.window, l.atOnce, l.recent = rate, window, atOnce, nil
}

// enter reports whether a request is admitted; done must be called after it. A
// refused request does not count.
func (l *limit) enter() (done func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for len(l.recent) > 0 && now.Sub(l.recent[0]) >= l.window {
		l.recent = l.recent[1:]
	}
	if l.rate > 0 && len(l.recent) >= l.rate || l.atOnce > 0 && l.inside >= l.atOnce {
		return nil, false
	}
	if l.rate > 0 {
		l.recent = append(l.recent, now)
	}
	l.inside++
	return l.leave, true
}

func (l *limit) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inside--
}
