package datalake

import (
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/keyless-go/azure/internal/azrest"
)

// redirects is the rule for where data may go to and come from. A server's
// answer names the place, so that a wrong or hostile one can point anywhere.
type redirects struct {
	home    *url.URL
	guarded bool     // a credential is in use
	hosts   []string // to follow nevertheless, canonical, with port or without
}

func newRedirects(home *url.URL, guarded bool, hosts []string) (redirects, error) {
	r := redirects{home: home, guarded: guarded}
	for _, host := range hosts {
		u, err := azrest.ParseEndpoint("https://"+host, false)
		if err != nil || strings.ContainsAny(host, "/?#@") {
			return r, errors.New("an entry of RedirectHosts is neither host nor host:port")
		}
		r.hosts = append(r.hosts, u.Host)
	}
	return r, nil
}

// judge answers where the location of an answer to a request for from leads,
// and whether that is the endpoint's own origin, which alone gets the token.
func (r redirects) judge(from *url.URL, location string) (to *url.URL, own bool, err error) {
	to, err = from.Parse(location)
	if location == "" || err != nil {
		return nil, false, r.refuse("a malformed address")
	}
	origin := azrest.Origin(to)
	switch {
	case to.Scheme != "https" && to.Scheme != "http" || to.Hostname() == "" || to.Opaque != "":
		return nil, false, r.refuse("a malformed address")
	case to.User != nil || to.Fragment != "" || strings.Contains(location, "#"):
		return nil, false, r.refuse(azrest.Scrub(origin))
	case origin == azrest.Origin(r.home):
		return to, true, nil
	case to.Scheme == "http" && (r.home.Scheme == "https" || from.Scheme == "https"):
		return nil, false, r.refuse(azrest.Scrub(origin))
	case r.guarded && !r.trusts(to):
		return nil, false, r.refuse(azrest.Scrub(origin))
	default:
		return to, false, nil
	}
}

func (r redirects) trusts(to *url.URL) bool {
	name := azrest.CanonicalName(to.Hostname())
	port := to.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[to.Scheme]
	}
	return slices.ContainsFunc(r.hosts, func(host string) bool {
		return host == name || host == "["+name+"]" || host == net.JoinHostPort(name, port)
	})
}

func (r redirects) refuse(where string) error {
	return &azrest.LinkError{Kind: "redirect", Link: where, Base: azrest.Origin(r.home)}
}
