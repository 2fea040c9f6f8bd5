package credential

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"time"
)

// arc asks the agent of a server connected by Azure Arc. The agent answers with
// the name of a file that only the privileged may read, and gives the token to
// who shows the content.
// https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication
type arc struct {
	endpoint *url.URL
	keys     string // the directory of the agent's key files; empty: there is none
	id       ManagedIDKind
	turn     chan struct{} // one exchange at a time: each challenge has its own key
}

const arcEndpoint = "http://127.0.0.1:40342"

func newArc(o *ManagedIdentityCredentialOptions) (*arc, error) {
	endpoint, err := parseEndpoint(firstOf(o.Endpoint, env("IDENTITY_ENDPOINT"), arcEndpoint), imdsPath)
	if err == nil {
		err = checkLoopback(endpoint) // by https as well: a key of this machine goes there
	}
	if err != nil {
		return nil, err
	}
	s := &arc{endpoint: endpoint, keys: arcKeyDirectory(), id: o.ID, turn: make(chan struct{}, 1)}
	return s, checkID(o.ID, SourceAzureArc, vmParameters())
}

// isInstalled looks for an agent's program.
func isInstalled(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular() && info.Size() > 0
}

func (s *arc) try(ctx context.Context, send sender, a ask) (answer, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return answer{}, ctx.Err()
	}
	got, err := s.exchange(ctx, send, a)
	if a.waited && err == nil && got.status == http.StatusUnauthorized {
		return s.exchange(ctx, send, a) // keys live shortly: this one may have been too old
	}
	return got, err
}

// exchange is one challenge and its answer.
func (s *arc) exchange(ctx context.Context, send sender, a ask) (answer, error) {
	challenge, err := s.ask(ctx, send, a)
	if err != nil || challenge.status != http.StatusUnauthorized {
		return unchallenged(challenge, err)
	}
	file, err := arcKeyFile(challenge.header, s.keys)
	if err != nil {
		return answer{}, arcError(challenge, err)
	}
	key, err := readArcKey(file)
	if err != nil {
		return answer{}, arcError(challenge, err)
	}
	got, err := s.ask(ctx, send, a, "Authorization", "Basic "+key)
	got.secret, got.mustEcho = key, true
	return got, err
}

func (s *arc) ask(ctx context.Context, send sender, a ask, headers ...string) (answer, error) {
	query := identityQuery(a.resource, s.id, vmParameters())
	query.Set("api-version", "2020-06-01")
	return get(ctx, send, s.endpoint, query, append(headers, "Metadata", "true")...)
}

// unchallenged passes on an answer that is an error. A token for somebody who
// has shown no key does not come from the agent.
func unchallenged(got answer, err error) (answer, error) {
	if err == nil && got.status < 300 {
		return answer{}, arcError(got, errors.New("it answered without asking for a key, as the agent never does"+prefixed(": it starts ", got.excerpt())))
	}
	return got, err
}

func arcError(got answer, err error) *Error {
	e := &Error{StatusCode: got.status, cause: err}
	if !errors.Is(err, fs.ErrPermission) {
		e.kind = ErrUnexpectedResponse
	}
	return e
}

// rules: 404 is an agent that is starting.
func (s *arc) rules() retryRules {
	return retryRules{
		retry: func(status int) bool { return status == http.StatusNotFound || isTransient(status) },
		base:  time.Second, ceiling: 15 * time.Second,
	}
}
