package credential

import (
	"encoding/json"
	"strings"
	"time"
)

// maxLife is the longest life believed. Managed identity tokens live a day.
const maxLife = 400 * 24 * time.Hour

// number reads a JSON number that some sources put in quotes. Null, an empty
// string and anything else that is not a positive number count as absent.
func number(raw json.RawMessage) (float64, bool) {
	var n float64
	err := json.Unmarshal([]byte(unquoted(raw)), &n)
	return n, err == nil && n > 0
}

// seconds reads a length of time, and takes one over maxLife for absent.
func seconds(raw json.RawMessage) (time.Duration, bool) {
	n, ok := number(raw)
	if !ok || n > maxLife.Seconds() {
		return 0, false
	}
	return time.Duration(n * float64(time.Second)), true
}

// unquoted is the text of a JSON string, or of whatever else raw is.
func unquoted(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return strings.TrimSpace(s)
	}
	return strings.TrimSpace(string(raw))
}

// parseExpiresOn reads an instant: seconds since 1970, or one of the dates that
// App Service's 2017 protocol is known to answer with. All are UTC unless they
// say otherwise. The zero time means that there is none to read.
func parseExpiresOn(raw json.RawMessage) time.Time {
	if n, ok := number(raw); ok {
		return unixTime(n)
	}
	text := unquoted(raw)
	for _, layout := range dateLayouts() {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

func dateLayouts() []string {
	return []string{
		"1/2/2006 3:04:05 PM -07:00",  // Windows
		"1/2/2006 15:04:05 -07:00",    // Linux
		"1/2/2006 15:04:05 PM -07:00", // the documentation's "00:00:00 PM"
		time.RFC3339,
		"2006-01-02 15:04:05",
		"2006-01-02 15:04:05 -07:00",
		"1/2/2006 15:04:05",
		"1/2/2006 3:04:05 PM",
	}
}

// expiry decides when a token expires. on is the instant the source gave, in
// the time it gave from sent, which is just before the request. Where both are
// there the earlier one is safe, because sources count the time from the
// token's issue, however long they have kept it. If that is past although there
// is time left, the local clock is ahead, and only the time left can be used.
func expiry(on time.Time, in time.Duration, sent, now time.Time) time.Time {
	if on.After(now.Add(maxLife)) {
		on = time.Time{}
	}
	if in <= 0 {
		return on
	}
	until := sent.Add(in)
	if !on.After(now) && until.After(now.Add(time.Minute)) {
		return until
	}
	return earlier(on, until)
}

// earlier is the earlier of two times, of which each may be missing.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
