package page

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/keyless-go/azure/azuretest"
)

const (
	beat      = 200 * time.Millisecond // how often the page is brought up to date
	keepAlive = 15 * time.Second
)

// events brings a page up to date as long as it is open, by server-sent events:
// "requests" has rows, "section" a part of the page that has changed, "reload" says that
// the page is of another run of the program.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
func (p *page) events(w http.ResponseWriter, r *http.Request) {
	run, after, ok := place(r)
	if !ok {
		http.Error(w, "after is wrong", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	s := &stream{page: p, w: w, flush: http.NewResponseController(w).Flush, shown: map[string]string{}}
	if run != p.run {
		s.send("reload", "", "")
		_ = s.flush()
		return
	}
	s.follow(r.Context(), after)
}

// place is up to where a page is: what it asks for, or has got before it lost the
// connection.
func place(r *http.Request) (run string, after int, ok bool) {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("after")
	}
	run, number, _ := strings.Cut(text, "-")
	after, err := strconv.Atoi(number)
	return run, after, err == nil && after >= 0
}

// stream is one open page.
type stream struct {
	page  *page
	w     http.ResponseWriter
	flush func() error
	shown map[string]string // sections :: ID → HTML
	err   error             // of the connection
}

// follow sends what is new until the browser leaves or the emulator ends. What was done
// before the watch begins is asked for.
func (s *stream) follow(ctx context.Context, after int) {
	s.write("retry: 1000\n\n") // milliseconds, once the connection is lost
	watched := s.page.azure.Watch(ctx)
	queue := &queue{list: s.page.doneAfter(after), after: after}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for r := range watched {
			queue.add(r)
		}
	}()
	beats := time.NewTicker(beat)
	defer beats.Stop()
	for idle := time.Duration(0); s.err == nil; idle += beat {
		if s.update(queue) {
			idle = 0
		}
		if idle >= keepAlive {
			idle = 0
			s.write(": the connection is alive\n\n")
		}
		s.flushAll()
		select {
		case <-ended:
			return
		case <-beats.C:
		}
	}
}

// update sends what is new and reports whether there was anything.
func (s *stream) update(q *queue) bool {
	sections, err := s.page.sections()
	if err != nil {
		s.err = err
		return false
	}
	fresh := false
	for _, part := range sections {
		if s.shown[part.ID] != string(part.HTML) {
			s.shown[part.ID] = string(part.HTML)
			s.send("section", "", string(part.HTML))
			fresh = true
		}
	}
	var rows []requestRow
	for _, r := range q.take() {
		rows = append(rows, s.page.rowOf(r))
	}
	if len(rows) == 0 {
		return fresh
	}
	text, err := s.page.execute("rows", rows)
	if err != nil {
		s.err = err
		return false
	}
	s.send("requests", fmt.Sprintf("%s-%d", s.page.run, rows[0].Number), string(text))
	return true
}

// send writes an event. Every line of its data is marked as such: none can begin
// another field, or another event.
func (s *stream) send(event, id, data string) {
	var text strings.Builder
	_, _ = fmt.Fprintf(&text, "event: %s\n", event)
	if id != "" {
		_, _ = fmt.Fprintf(&text, "id: %s\n", id)
	}
	for line := range strings.SplitSeq(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(data), "\n") {
		_, _ = fmt.Fprintf(&text, "data: %s\n", line)
	}
	s.write(text.String() + "\n")
}

func (s *stream) write(text string) {
	if s.err == nil {
		_, s.err = s.w.Write([]byte(text))
	}
}

func (s *stream) flushAll() {
	if s.err == nil {
		s.err = s.flush()
	}
}

// queue is what a page has not got yet.
type queue struct {
	mu    sync.Mutex // guards what follows
	list  []azuretest.Request
	after int // number of the last one taken
}

// add adds a request. Of more than the page shows the oldest are left out.
func (q *queue) add(r azuretest.Request) {
	r.Header, r.Body = nil, nil // large, and not shown
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = append(q.list, r)
	q.list = q.list[max(len(q.list)-maxShown, 0):]
}

// take returns those to show, the newest first. One that was asked for and watched comes
// once.
func (q *queue) take() []azuretest.Request {
	q.mu.Lock()
	defer q.mu.Unlock()
	var list []azuretest.Request
	for _, r := range q.list {
		if r.Number > q.after {
			q.after = r.Number
			list = append(list, r)
		}
	}
	q.list = nil
	slices.Reverse(list)
	return list
}
