package credential

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// parseEndpoint reads the address of a source. One without a path gets path.
// Errors do not quote the address: it may hold more than an address should.
func parseEndpoint(address, path string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, errors.New("endpoint: not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("endpoint: the URL must start with http:// or https://")
	case u.Hostname() == "":
		return nil, errors.New("endpoint: the URL names no host")
	case u.User != nil:
		return nil, errors.New("endpoint: the URL must not name a user")
	case u.Fragment != "":
		return nil, errors.New("endpoint: the URL must not have a fragment")
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = path
	}
	return u, nil
}

// parseAuthority reads the address of a source that is named by scheme and host.
// It has no query, and path is added to whatever path it has.
func parseAuthority(address, path string) (*url.URL, error) {
	u, err := parseEndpoint(address, "/")
	if err != nil {
		return nil, err
	}
	if u.RawQuery != "" {
		return nil, errors.New("endpoint: the URL must not have a query")
	}
	return u.JoinPath(path), nil
}

// checkClear refuses to leave the machine in clear.
func checkClear(u *url.URL) error {
	if u.Scheme == "https" {
		return nil
	}
	return checkLoopback(u)
}

// checkLoopback refuses to leave the machine.
func checkLoopback(u *url.URL) error {
	host := u.Hostname()
	if strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback() {
		return nil
	}
	return fmt.Errorf("endpoint: %q is not an address of this machine", host)
}
