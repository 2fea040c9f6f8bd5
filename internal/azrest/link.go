package azrest

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// ErrForeignLink is in the chain of the error for a link or redirect that leads
// away from the service it came from.
var ErrForeignLink = errors.New("the link leads to another service")

// LinkError says which link was not followed. Its text has no path and no query.
type LinkError struct {
	Kind string // "next page", "redirect"
	Link string // scheme and host
	Base string // scheme and host
}

// Error names both ends.
func (e *LinkError) Error() string {
	return fmt.Sprintf("%s at %q is not followed: it must be at %s", e.Kind, e.Link, e.Base)
}

// Is makes every LinkError an [ErrForeignLink].
func (e *LinkError) Is(target error) bool { return target == ErrForeignLink }

// CheckLink answers where link leads, seen from base, if that is the same
// scheme, host and port. Anything else is a *LinkError: the next request would
// carry a token there.
func CheckLink(kind string, base *url.URL, link string) (*url.URL, error) {
	u, err := base.Parse(link)
	if err != nil {
		return nil, &LinkError{Kind: kind, Link: "a malformed address", Base: Origin(base)}
	}
	if u.User != nil || Origin(u) != Origin(base) {
		return nil, &LinkError{Kind: kind, Link: Scrub(Origin(u)), Base: Origin(base)}
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// Origin is u's scheme, host and port in one comparable form.
func Origin(u *url.URL) string {
	return strings.ToLower(u.Scheme) + "://" + CanonicalHost(u)
}

// CanonicalHost is u's host as it is written in one way only: in lower case,
// without trailing dot, and without the port that is its scheme's default.
func CanonicalHost(u *url.URL) string {
	host := CanonicalName(u.Hostname())
	port := u.Port()
	scheme := strings.ToLower(u.Scheme)
	switch {
	case port == "", scheme == "https" && port == "443", scheme == "http" && port == "80":
		if strings.Contains(host, ":") {
			return "[" + host + "]"
		}
		return host
	default:
		return net.JoinHostPort(host, port)
	}
}

// CanonicalName is a host name in lower case without trailing dot.
func CanonicalName(name string) string {
	return strings.TrimSuffix(strings.ToLower(name), ".")
}
