package credential

import (
	"encoding/json"
	"time"
)

// EventKind says what an [Event] tells.
type EventKind string

// The kinds of events.
const (
	// EventFetched: a token was fetched while callers waited for it.
	EventFetched EventKind = "fetched"
	// EventRefreshed: a token was renewed in the background; nobody waited.
	EventRefreshed EventKind = "refreshed"
	// EventRefreshFailed: a renewal in the background failed. The token there
	// is stays in use, and the next try is scheduled.
	EventRefreshFailed EventKind = "refresh failed"
	// EventFetchFailed: a fetch failed while callers waited for it.
	EventFetchFailed EventKind = "fetch failed"
	// EventFallback: the source refused the protocol version it was asked in,
	// and is asked in an older one from now on.
	EventFallback EventKind = "fallback"
)

// kindOf is the kind of the event that ends a fetch.
func kindOf(err error, waited bool) EventKind {
	switch {
	case err == nil && waited:
		return EventFetched
	case err == nil:
		return EventRefreshed
	case waited:
		return EventFetchFailed
	default:
		return EventRefreshFailed
	}
}

// Event tells an Observer what has just happened. It never holds a token.
type Event struct {
	Kind     EventKind
	Source   Source        // empty from a [CachedCredential]
	Resource string        // what the token is for
	Time     time.Time     // when it happened, UTC
	Expires  time.Time     // of the token now in hand, UTC; zero if the fetch failed
	Duration time.Duration // since the fetch began
	Attempt  int           // tries made; 0 from a [CachedCredential]
	Err      error         // nil unless the fetch failed
}

// MarshalJSON writes the error as its text.
func (e Event) MarshalJSON() ([]byte, error) {
	type plain Event
	return json.Marshal(struct {
		plain

		Err string `json:",omitempty"`
	}{plain(e), errorText(e.Err)})
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
