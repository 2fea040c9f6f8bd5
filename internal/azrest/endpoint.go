package azrest

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ParseEndpoint reads the address of a service: https, a host, nothing else.
// The answer has a canonical host and no path. Plain http is an error unless
// allowed. No error repeats the address, which may hold a password.
func ParseEndpoint(raw string, allowHTTP bool) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("it is not a URL")
	}
	scheme := strings.ToLower(u.Scheme)
	switch {
	case scheme != "https" && (scheme != "http" || !allowHTTP):
		return nil, errors.New("it must begin with https://")
	case u.Opaque != "" || u.Hostname() == "":
		return nil, errors.New("it has no host")
	case u.User != nil:
		return nil, errors.New("it must not have a user or a password")
	case u.Path != "" && u.Path != "/":
		return nil, errors.New("it must not have a path")
	case u.RawQuery != "" || u.ForceQuery:
		return nil, errors.New("it must not have a query")
	case u.Fragment != "" || strings.HasSuffix(raw, "#"):
		return nil, errors.New("it must not have a fragment")
	case !isHostName(CanonicalName(u.Hostname())):
		return nil, errors.New("its host is not a name")
	case !isPort(u.Port()):
		return nil, errors.New("its port is not a number from 1 to 65535")
	}
	return &url.URL{Scheme: scheme, Host: CanonicalHost(u)}, nil
}

// isHostName knows what no host of a URL can be called. Names of other than ASCII
// characters are the transport's to translate.
func isHostName(name string) bool {
	for _, b := range []byte(name) {
		if b < utf8.RuneSelf && !isAlphanumeric(b) && strings.IndexByte("-_.:", b) < 0 {
			return false
		}
	}
	return !slices.Contains(strings.Split(name, "."), "")
}

// isPort takes none for the scheme's own.
func isPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

// joinURL appends segments to an origin, so that each stays a segment, and then
// the query. An empty last segment is a trailing slash.
func joinURL(origin string, segments []string, query string) (string, error) {
	var joined strings.Builder
	joined.Grow(256) // enough for most
	joined.WriteString(origin)
	for i, segment := range segments {
		last := i == len(segments)-1
		if segment == "." || segment == ".." || segment == "" && !last {
			return "", errors.New("a part of the path is empty or made of dots")
		}
		joined.WriteByte('/')
		joined.WriteString(url.PathEscape(segment))
	}
	joined.WriteString(query)
	return joined.String(), nil
}
