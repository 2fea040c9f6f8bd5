package storage

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// arrange puts letters into the service's order, each once. The service refuses
// any other.
func arrange(what, letters, order, of string) (string, error) {
	if letters == "" {
		return "", fmt.Errorf("a SAS needs at least one %s %s: %s", what, of, order)
	}
	for _, r := range letters {
		if !strings.ContainsRune(order, r) {
			return "", fmt.Errorf("%q is no %s %s: there are %s", r, what, of, order)
		}
	}
	var arranged strings.Builder
	for _, r := range order {
		if strings.ContainsRune(letters, r) {
			arranged.WriteRune(r)
		}
	}
	return arranged.String(), nil
}

// formatTime writes whole seconds in UTC: the service signs the text it is given,
// and not all who read it know fractions.
func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

func checkTimes(start, expiry, now time.Time) error {
	from, to := start.Truncate(time.Second), expiry.Truncate(time.Second)
	switch {
	case !expiry.IsZero() && !to.After(now):
		return errors.New("the Expiry is in the past")
	case !start.IsZero() && !expiry.IsZero() && !from.Before(to):
		return errors.New("the Start is not before the Expiry")
	case start.UTC().Year() < 1:
		return errors.New("a SAS starts in the year 1 at the earliest")
	case start.UTC().Year() > 9999 || expiry.UTC().Year() > 9999:
		return errors.New("a SAS ends in the year 9999 at the latest")
	default:
		return nil
	}
}

// checkText refuses what would be signed as something else: the service writes the
// parts of a SAS line by line before it signs them, and JSON holds nothing but UTF-8.
func checkText(texts ...string) error {
	for _, text := range texts {
		if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			return errors.New("what a SAS says must be UTF-8 without control characters")
		}
	}
	return nil
}

func checkProtocol(protocol string) error {
	switch protocol {
	case "", "https", "https,http":
		return nil
	default:
		return errors.New(`a SAS's Protocol is https or "https,http"`)
	}
}

// checkIP wants an address or a range of IPv4.
func checkIP(ip string) error {
	if ip == "" {
		return nil
	}
	from, to, isRange := strings.Cut(ip, "-")
	if !isRange {
		to = from
	}
	first, err := netip.ParseAddr(from)
	last, err2 := netip.ParseAddr(to)
	if err != nil || err2 != nil || !first.Is4() || !last.Is4() || last.Less(first) {
		return errors.New("a SAS's IP is an IPv4 address or a range such as 10.0.0.1-10.0.0.9")
	}
	return nil
}

func checkKey(key string) error {
	switch key {
	case "", "key1", "key2", "kerb1", "kerb2":
		return nil
	default:
		return errors.New("a SAS's KeyToSign is key1 or key2")
	}
}
