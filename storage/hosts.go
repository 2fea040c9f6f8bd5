package storage

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/keyless-go/azure/internal/azrest"
)

// hosts are where a SAS may go. It is a password for the account: any other host
// could use it.
type hosts struct {
	own    []string // the account's, by https on the standard port
	listed []string // the user's, with or without a port
}

// accountHosts are those of an account in its cloud, none if the cloud's domain
// is not known.
// https://learn.microsoft.com/azure/storage/common/storage-account-overview#storage-account-endpoints
func accountHosts(account, domain string) hosts {
	if domain == "" {
		return hosts{}
	}
	var own []string
	for _, service := range []string{"blob", "dfs", "file", "queue", "table"} {
		own = append(own, account+"."+service+"."+domain)
	}
	return hosts{own: own}
}

// with adds hosts the user lists.
func (h hosts) with(names []string) (hosts, error) {
	h.listed = slices.Clone(h.listed)
	for _, name := range names {
		u, err := parseHost(name)
		if err != nil {
			return hosts{}, err
		}
		h.listed = append(h.listed, hostAndPort(u))
	}
	return h, nil
}

// parseHost wants one host. A pattern is none: it would never match.
func parseHost(name string) (*url.URL, error) {
	_, err := azrest.ParseEndpoint("https://"+name, false)
	u, err2 := url.Parse("https://" + name)
	if err != nil || err2 != nil || u.Host != name || strings.Contains(name, "*") || strings.HasSuffix(name, ":") {
		return nil, fmt.Errorf("SASHosts: %q is not the name of a host", name)
	}
	return u, nil
}

// admit says whether a SAS may go to u. Plain http needs a SAS that allows it.
func (h hosts) admit(u *url.URL, allowsHTTP bool) bool {
	switch u.Scheme {
	case "https":
		return slices.Contains(h.own, azrest.CanonicalHost(u)) || h.lists(u)
	case "http":
		return allowsHTTP && h.lists(u)
	default:
		return false
	}
}

func (h hosts) lists(u *url.URL) bool {
	withPort := *u
	if u.Port() == "" {
		withPort.Host += map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	}
	return slices.Contains(h.listed, azrest.CanonicalName(u.Hostname())) || slices.Contains(h.listed, hostAndPort(&withPort))
}

// listsURL says whether the user lists the host of a URL.
func (h hosts) listsURL(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && h.lists(u)
}

// hostAndPort is u's host in one form, with its port if it names one.
func hostAndPort(u *url.URL) string {
	name := azrest.CanonicalName(u.Hostname())
	if u.Port() == "" {
		return name
	}
	return name + ":" + u.Port()
}
