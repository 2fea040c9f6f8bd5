package keyvault

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/keyless-go/azure/internal/azrest"
)

const defaultScope = "/.default"

// trust knows for whom a vault may ask a token. A vault that may name anyone
// could collect tokens for other services.
type trust struct {
	host  string
	hosts []string
}

func newTrust(vault *url.URL, challengeHosts []string) (trust, error) {
	t := trust{host: azrest.CanonicalName(vault.Hostname())}
	for _, name := range challengeHosts {
		u, err := url.Parse("https://" + name)
		if err != nil || u.Hostname() == "" || u.Host != name {
			return trust{}, fmt.Errorf("ChallengeHosts: %q is not the name of a host", name)
		}
		t.hosts = append(t.hosts, azrest.CanonicalName(u.Hostname()))
	}
	return t, nil
}

// audience answers for whom the challenge in a 401 answer wants a token.
func (t trust) audience(header http.Header) (azrest.Audience, error) {
	err := errors.New("the answer has no Bearer challenge that names a resource")
	for _, c := range azrest.ParseChallenges(header) {
		named := cmp.Or(c.Params["scope"], c.Params["resource"])
		if c.Scheme != "bearer" || named == "" {
			continue
		}
		if err = t.check(named); err == nil {
			scope := strings.TrimSuffix(named, defaultScope) + defaultScope
			return azrest.Audience{Scope: scope, Tenant: tenant(c)}, nil
		}
	}
	return azrest.Audience{}, err
}

// check wants a parent domain of the vault's host, of two labels or more, or a
// host the user named.
func (t trust) check(resource string) error {
	u, err := url.Parse(resource)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || strings.ContainsAny(resource, " \t") {
		return errors.New("the vault's challenge names a resource that is no https address")
	}
	host := azrest.CanonicalName(u.Hostname())
	parent := strings.Contains(host, ".") && strings.HasSuffix(t.host, "."+host) && net.ParseIP(t.host) == nil
	if parent || slices.Contains(t.hosts, host) {
		return nil
	}
	return fmt.Errorf("the vault's challenge names %q, which is no parent domain of %s: name it in ChallengeHosts if it is right",
		azrest.Scrub(host), t.host)
}

// tenant is the first part of the path of the challenge's authorization
// address, if it has one that could be a tenant.
func tenant(c azrest.Challenge) string {
	u, err := url.Parse(cmp.Or(c.Params["authorization"], c.Params["authorization_uri"]))
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if first == "common" || first == "organizations" || strings.ContainsFunc(first, isNoTenantRune) {
		return ""
	}
	return first
}

func isNoTenantRune(r rune) bool {
	return r != '.' && !isNameRune(r)
}
