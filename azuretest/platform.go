package azuretest

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// defaultTokenLife is what managed identity tokens live: expires_in "86399".
const defaultTokenLife = 24*time.Hour - time.Second

// platform is the part of the machine that gets tokens for its identities.
type platform struct {
	mu      sync.Mutex // guards what follows
	life    time.Duration
	caching bool
	issued  map[platformKey]issuedToken

	limit limit // of IMDS
}

type platformKey struct{ objectID, resource string }

// issuedToken is a token with what the endpoint tells about it.
type issuedToken struct {
	token            string
	clientID         string
	resource         string
	life             time.Duration
	notBefore, until time.Time
}

// SetTokenLife sets how long tokens from the machine's endpoints live; it is
// 86,399 s at first. Tokens already out keep theirs. It counts from the whole second
// a token is issued in, so a life of a second or two may be nearly over at once. A life
// that is not in whole seconds, for tests in a hurry, counts exactly and puts fractions
// into the answers, which the real service never does. It panics if life is not positive.
func (s *Server) SetTokenLife(life time.Duration) {
	if life <= 0 {
		panic("azuretest: SetTokenLife: life must be positive")
	}
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	s.platform.life = life
}

// SetPlatformCache switches on or off that the endpoints answer again with the
// token they gave before, word for word, as long as it lives: Azure's own do, and
// a client cannot make them get a newer one. It is off at first; switching forgets
// the tokens kept.
func (s *Server) SetPlatformCache(on bool) {
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	s.platform.caching = on
	s.platform.issued = map[platformKey]issuedToken{}
}

// issue returns a token for the machine's endpoints to hand out.
func (s *Server) issue(id *Identity, resource string) issuedToken {
	p := &s.platform
	p.mu.Lock()
	life, caching := p.life, p.caching
	p.mu.Unlock()
	if !caching {
		return s.newToken(id, resource, life)
	}
	p.mu.Lock() // until it is signed: whoever else wants it gets the same
	defer p.mu.Unlock()
	key := platformKey{id.objectID, resource}
	if kept, ok := p.issued[key]; ok && s.Now().Before(kept.until) {
		return kept
	}
	p.issued[key] = s.newToken(id, resource, life)
	return p.issued[key]
}

// newToken counts in whole seconds, as the directory does, if the life lets it.
func (s *Server) newToken(id *Identity, resource string, life time.Duration, capabilities ...string) issuedToken {
	now := s.Now()
	issued := now.Truncate(time.Second)
	until := issued.Add(life)
	if life%time.Second != 0 {
		until = now.Add(life)
	}
	return issuedToken{s.mint(id, resource, issued, until, capabilities...), id.clientID, resource, life, issued, until}
}

// seconds writes an amount of seconds, with a fraction only if there is one.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d.Microseconds())/1e6, 'f', -1, 64)
}

// epoch writes a time as the endpoints do.
func epoch(t time.Time) string {
	return strconv.FormatFloat(float64(t.UnixMicro())/1e6, 'f', -1, 64)
}

// machineToken gets the token that a request on the virtual machine asks for.
// What cannot be answered comes back as an error code and its description.
func (s *Server) machineToken(c *call, q url.Values) (t issuedToken, code, problem string) {
	id, code, problem := s.machineIdentity(q)
	if problem != "" {
		return t, code, problem
	}
	c.identity(id)
	resource := q.Get("resource")
	switch {
	case resource == "":
		return t, "invalid_request", "Required query variable 'resource' is missing"
	case !knownResource(resource):
		return t, "invalid_resource", "AADSTS500011: " + noSuchResource(resource)
	}
	return s.issue(id, resource), "", ""
}

// noSuchResource is how the directory refuses a resource, with the number
// AADSTS500011, and how who asks it passes that on.
func noSuchResource(resource string) string {
	return fmt.Sprintf("The resource principal named %s was not found in the tenant named %s. "+
		"The name must match what the service has registered, its last slash included.", resource, tenantID())
}

// machineIdentity finds the identity that a token request on the virtual machine
// names, or the one it gets when it names none.
func (s *Server) machineIdentity(q url.Values) (id *Identity, code, problem string) {
	selectors := selected(q)
	switch len(selectors) {
	case 0:
		id, several := s.identities.unselected()
		if several {
			return nil, "invalid_request", "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request"
		}
		if id == nil {
			return nil, "invalid_request", identityNotFound + s.noIdentity("", "")
		}
		return id, "", ""
	case 1:
	default:
		return nil, "invalid_request", "Only one of client_id, object_id, msi_res_id and mi_res_id may be given"
	}
	name, value := selectors[0], q.Get(selectors[0])
	if id = s.identities.find(func(i *Identity) bool { return i.answersTo(name, value) }); id == nil {
		return nil, "invalid_request", identityNotFound + s.noIdentity(name, value)
	}
	return id, "", ""
}

// identityNotFound is how the endpoints begin who have no such identity; clients look
// for these words.
const identityNotFound = "Identity not found: "

// selected returns which of the selectors of an identity are in q.
func selected(q url.Values) []string {
	var in []string
	for _, name := range []string{"client_id", "object_id", "msi_res_id", "mi_res_id"} {
		if q.Has(name) {
			in = append(in, name)
		}
	}
	return in
}

// answersTo reports whether a selector of a token request means this identity.
// IDs are case-insensitive.
func (i *Identity) answersTo(selector, value string) bool {
	switch selector {
	case "client_id":
		return strings.EqualFold(i.clientID, value)
	case "object_id":
		return strings.EqualFold(i.objectID, value)
	default:
		return strings.EqualFold(i.resourceID, value)
	}
}

// LimitIMDS switches on or off the limits of the Instance Metadata Service: past 20
// requests in a second of real time, or 5 at once, it answers 429. It is off at first.
func (s *Server) LimitIMDS(on bool) {
	if on {
		s.platform.limit.set(20, time.Second, 5)
		return
	}
	s.platform.limit.set(0, 0, 0)
}
