package page_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/azurelocal/internal/page"
)

// event is one that has come.
type event struct{ name, id, data string }

// listener has a page open.
type listener struct {
	w    *httptest.ResponseRecorder
	read int // bytes
	stop func()
}

// listen opens the events from a place on, in a bubble.
func (s site) listen(t *testing.T, after, lastID string) *listener {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	l := &listener{w: httptest.NewRecorder(), stop: stop}
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:8080/page/events?after="+after, nil)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	go s.handler.ServeHTTP(l.w, r)
	synctest.Wait()
	return l
}

// events returns those that have come since the last call and a beat later, as a browser
// understands them: an empty line ends one.
func (l *listener) events() []event {
	time.Sleep(page.Beat)
	synctest.Wait()
	text := l.w.Body.String()[l.read:]
	l.read += len(text)
	return parse(text)
}

// parse reads events as the standard says: lines end with CR, LF or both.
func parse(text string) []event {
	var list []event
	var one event
	var data []string
	for _, line := range regexp.MustCompile("\r\n|\r|\n").Split(text, -1) {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			if data != nil {
				one.data = strings.Join(data, "\n")
				list = append(list, one)
			}
			one, data = event{}, nil
		case name == "event":
			one.name = value
		case name == "id":
			one.id = value
		case name == "data":
			data = append(data, value)
		}
	}
	return list
}

// after is where the page that is shown now is.
func (s site) after(t *testing.T) string {
	t.Helper()
	found := regexp.MustCompile(`data-after="([^"]+)"`).FindStringSubmatch(s.page(t))
	require.Len(t, found, 2)
	return found[1]
}

func TestEventsOfRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, page.Options{})
		s.ask(t, secretURL, "https://vault.azure.net")
		after := s.after(t)
		s.ask(t, secretURL, "") // after the page, before the events
		l := s.listen(t, after, "")
		s.ask(t, secretURL, "https://management.azure.com/")
		var rows []event
		for _, e := range l.events() {
			if e.name == "requests" {
				rows = append(rows, e)
			}
		}
		require.Len(t, rows, 2)
		require.Contains(t, rows[0].data, `data-number="2"`)
		require.NotContains(t, rows[0].data, `data-number="1"`, "the page has it")
		require.Contains(t, simple(rows[1].data), `<li class="request denied" data-number="3">`)
		require.Contains(t, rows[1].data, `the service wants &#34;https://vault.azure.net&#34;`)
		require.True(t, strings.HasSuffix(rows[1].id, "-3"), rows[1].id)
		require.Empty(t, l.events(), "nothing has happened")
		l.stop()
		s.ask(t, secretURL, "")
		again := s.listen(t, after, rows[1].id)
		require.Contains(t, last(t, again.events(), "requests").data, `data-number="4"`)
		again.stop()
	})
}

func last(t *testing.T, events []event, name string) event {
	t.Helper()
	var found event
	for _, e := range events {
		if e.name == name {
			found = e
		}
	}
	require.NotEmpty(t, found.name, "no event %s in %v", name, events)
	return found
}

func TestEventsOfSections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, page.Options{})
		l := s.listen(t, s.after(t), "")
		require.Len(t, l.events(), 9, "a page that is late gets all parts once")
		s.azure.Fail(azuretest.Fault{Operation: "keyvault.*", Status: 503})
		got := l.events()
		require.Len(t, got, 1, "what has not changed does not come")
		require.Contains(t, got[0].data, `<section id="faults"`)
		require.Contains(t, got[0].data, "<code>keyvault.*</code>")
		s.azure.Advance(time.Hour)
		require.Contains(t, last(t, l.events(), "section").data, "1h ahead")
		l.stop()
	})
}

func TestEventsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, page.Options{})
		l := s.listen(t, s.after(t), "")
		require.NotEmpty(t, l.events())
		require.NoError(t, s.azure.Close())
		synctest.Wait() // the bubble fails if somebody is still there at its end
		l.stop()
	})
}

func TestEventsStayAlive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, page.Options{})
		l := s.listen(t, s.after(t), "")
		l.events()
		time.Sleep(16 * time.Second)
		synctest.Wait()
		require.Contains(t, l.w.Body.String(), ": the connection is alive\n\n")
		require.Empty(t, l.events(), "that is no event")
		l.stop()
	})
}

func TestEventsOfAnotherRun(t *testing.T) {
	t.Parallel()
	s := newSite(t, page.Options{})
	w := s.get(t, "/page/events?after=old-17")
	require.Equal(t, "text/event-stream", w.Header().Get("Content-Type"))
	require.Equal(t, []event{{name: "reload"}}, parse(w.Body.String()))
	for _, after := range []string{"", "17", "x-", "x-y", "x--1"} {
		require.Equal(t, http.StatusBadRequest, s.get(t, "/page/events?after="+after).Code, after)
	}
}

// What is shown cannot begin an event, whatever ends its lines.
func FuzzEvent(f *testing.F) {
	for _, data := range []string{"", "a", "a\nb", "a\rb\r\n\r\nevent: reload\ndata: x", "\n", "id: 7", ":\x00", " a", "\u2028"} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data string) {
		got := parse(page.Event("section", "run-1", data))
		want := regexp.MustCompile("\r\n|\r|\n").ReplaceAllString(data, "\n")
		require.Equal(t, []event{{"section", "run-1", want}}, got)
	})
}
