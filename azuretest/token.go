package azuretest

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"
)

// mint makes a token that ends when the caller says, for a client that has such
// capabilities.
func (s *Server) mint(id *Identity, audience string, issued, expires time.Time, capabilities ...string) string {
	tokenID := rand.Text()
	c := claims{
		Audience:   audience,
		Issuer:     issuer(),
		IssuedAt:   dateOf(issued),
		NotBefore:  dateOf(issued),
		Expires:    dateOf(expires),
		AppID:      id.clientID,
		ObjectID:   id.objectID,
		Subject:    id.objectID,
		TenantID:   tenantID(),
		TokenID:    tokenID,
		JWTID:      tokenID,
		Version:    "1.0",
		ResourceID: id.resourceID,
		Clients:    capabilities,
	}
	if id.person {
		c.IDType, c.UPN = "user", id.name
	}
	s.issued.tokens.add(IssuedToken{Identity: id.name, Audience: audience, Issued: issued, Expires: expires})
	return s.signer.sign(c)
}

func issuer() string { return "https://sts.windows.net/" + tenantID() + "/" }

// refusal says why a request is not let in.
type refusal struct {
	kind   refusalKind
	reason string // for the error body and the log; never quotes a token
}

type refusalKind int

const (
	noToken refusalKind = iota + 1
	badToken
	expiredToken
	wrongAudience
	wrongIssuer
	unknownIdentity
)

// authenticate returns whose bearer token the request carries, if the token is
// good for one of the audiences. There is no leeway for clocks: they are one.
func (c *call) authenticate(audiences ...string) (*Identity, *refusal) {
	scheme, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || strings.TrimSpace(token) == "" {
		return nil, &refusal{noToken, fmt.Sprintf("the request has no bearer token, the service wants one for %q", audiences[0])}
	}
	got, err := c.server.signer.parse(strings.TrimSpace(token))
	if err != nil {
		return nil, &refusal{badToken, fmt.Sprintf("%v, the service wants one for %q", err, audiences[0])}
	}
	id := c.server.identities.bearer(got.ObjectID)
	if id != nil {
		c.identity(id)
	}
	if why := c.server.judge(got, audiences); why != nil {
		return nil, why
	}
	if id == nil {
		return nil, &refusal{unknownIdentity, c.server.unassigned(got.ObjectID)}
	}
	return id, nil
}

// unassigned says that nobody has an object ID, and who there is.
func (s *Server) unassigned(objectID string) string {
	return fmt.Sprintf("the token's identity, object ID %q, is not assigned to the machine, which has %s", objectID, s.identities.names())
}

// judge says what is wrong with the claims of a token, if anything.
func (s *Server) judge(got claims, audiences []string) *refusal {
	now := s.Now()
	switch {
	case !slices.Contains(audiences, got.Audience):
		return &refusal{wrongAudience, fmt.Sprintf("the token's audience is %q, the service wants %q", got.Audience, audiences[0])}
	case got.Issuer != issuer():
		return &refusal{wrongIssuer, fmt.Sprintf("the token's issuer is %q, the service wants %q", got.Issuer, issuer())}
	case !now.Before(got.Expires.time()):
		return &refusal{expiredToken, fmt.Sprintf("the token has expired at %s, it is %s", stamp(got.Expires.time()), stamp(now))}
	case now.Before(got.NotBefore.time()):
		return &refusal{expiredToken, fmt.Sprintf("the token is not valid before %s, it is %s", stamp(got.NotBefore.time()), stamp(now))}
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
