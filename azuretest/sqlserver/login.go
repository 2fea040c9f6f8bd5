package sqlserver

import (
	"context"
	"encoding/hex"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/engine"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// resource is what tokens for the server are for.
const resource = "https://database.windows.net/"

// handler decides who comes in on one connection.
type handler struct {
	server *Server
	number uint16
	local  string // the address of a socket; empty in memory
}

// Authority implements [tds.Handler].
func (h *handler) Authority() (stsURL, spn string) {
	return "https://login.windows.net/" + h.server.azure.SignedInUser().TenantID(), resource
}

// Login implements [tds.Handler].
func (h *handler) Login(ctx context.Context, l *tds.Login) (tds.Session, string, error) {
	a := h.receive("sql.login", l.Database, "")
	if err := a.strike(ctx); err != nil {
		return nil, "", a.end("", err)
	}
	if r := a.Fault.Location; r != "" && a.Fault.Status == 0 {
		return nil, "", a.end("", h.server.route(r))
	}
	session, err := h.enter(ctx, l)
	if err != nil {
		return nil, "", a.end(session.identityName(), err)
	}
	_ = a.end(session.identityName(), nil)
	return session, session.Database(), nil
}

// refused is a login that fails, with a reason that is in what the client is told.
type refused struct {
	told   *tds.Error
	reason string
}

// Error returns the reason.
func (r *refused) Error() string { return r.reason }

// Unwrap returns what the client is told.
func (r *refused) Unwrap() error { return r.told }

const principal = "<token-identified principal>"

func loginFailed(user, more, reason string) error {
	return refuse(tds.Error{Number: 18456, State: 1, Class: 14, Message: "Login failed for user '" + user + "'." + more}, reason)
}

// refuse adds the reason to what the real server says.
func refuse(told tds.Error, reason string) error {
	told.Message += " (" + reason + ".)"
	return &refused{&told, told.Message}
}

// enter checks a token and opens a session.
func (h *handler) enter(ctx context.Context, l *tds.Login) (*session, error) {
	if err := h.checkServer(l); err != nil {
		return nil, err
	}
	if l.FedAuth == nil {
		return nil, loginFailed(l.User, " Reason: Azure Active Directory only authentication is enabled. Please contact your system administrator.",
			"the client sent no token but a user and a password")
	}
	id, expires, err := h.server.azure.Authenticate(string(l.FedAuth.Token), resource, strings.TrimSuffix(resource, "/"))
	out := &session{handler: h, identity: id, expires: expires, database: l.Database}
	switch {
	case errors.Is(err, azuretest.ErrTokenExpired):
		return out, loginFailed(principal, " Token is expired.", err.Error())
	case err != nil:
		return out, loginFailed(principal, "", err.Error())
	}
	database := l.Database
	if database == "" {
		database = "master"
	}
	out.Session, err = h.server.engine.Open(ctx, database, h.loginOf(id, l))
	switch {
	case errors.Is(err, engine.ErrNoDatabase):
		return out, refuse(tds.Error{Number: 4060, State: 1, Class: 11, Message: "Cannot open database \"" + database + "\" requested by the login. The login failed."},
			"there is no database "+database)
	case errors.Is(err, engine.ErrNoUser):
		return out, loginFailed(principal, "", id.Name()+" has no user in the database "+database+
			": the administrator can CREATE USER ["+id.Name()+"] FROM EXTERNAL PROVIDER")
	case err != nil:
		return out, err
	}
	out.database = out.Database()
	return out, nil
}

// checkServer refuses a login that names another server, as the gateway does.
func (h *handler) checkServer(l *tds.Login) error {
	asked := strings.ToLower(l.Server)
	asked = strings.TrimPrefix(asked, "tcp:")
	asked, _, _ = strings.Cut(asked, ",")
	if host, _, err := net.SplitHostPort(asked); err == nil {
		asked = host
	}
	label, _, _ := strings.Cut(asked, ".")
	known := asked == "" || label == "myserver" || h.local != "" && (asked == "localhost" || net.ParseIP(asked) != nil) || h.server.isRouted(asked)
	if known {
		return nil
	}
	return refuse(tds.Error{Number: 40532, State: 1, Class: 20, Message: "Cannot open server \"" + label + "\" requested by the login. The login failed."},
		"the login names the server "+asked+", this is "+Host)
}

// loginOf returns the login of an identity. That of a managed identity is its client ID
// and tenant, that of a person her name.
func (h *handler) loginOf(id *azuretest.Identity, l *tds.Login) engine.Login {
	h.server.mu.Lock()
	admin := id == h.server.admin
	h.server.mu.Unlock()
	name := id.ClientID() + "@" + id.TenantID()
	if id.IsPerson() {
		name = id.Name()
	}
	return engine.Login{Name: name, SID: sidOf(id), Admin: admin, Person: id.IsPerson(), Host: l.Host, App: l.App, Number: h.number}
}

// sidOf returns the SID that a user of an identity has: the client ID of a managed
// identity, the object ID of a person, as uniqueidentifier has it.
func sidOf(id *azuretest.Identity) []byte {
	guid := id.ClientID()
	if id.IsPerson() {
		guid = id.ObjectID()
	}
	sid, err := tds.GUIDBytes(strings.ToUpper(guid))
	if err != nil {
		panic("sqlserver: " + err.Error()) // azuretest has made the ID
	}
	return sid
}

// directory is the identities of the azuretest.Server as users.
type directory struct{ server *Server }

// Find implements [engine.Directory].
func (d directory) Find(name string) []engine.Principal {
	var found []engine.Principal
	for _, id := range d.server.azure.Directory() {
		if strings.EqualFold(id.Name(), name) {
			found = append(found, engine.Principal{Name: id.Name(), SID: sidOf(id)})
		}
	}
	return found
}

// Lookup implements [engine.Directory].
func (d directory) Lookup(objectID string) (engine.Principal, bool) {
	for _, id := range d.server.azure.Directory() {
		if strings.EqualFold(id.ObjectID(), objectID) {
			return engine.Principal{Name: id.Name(), SID: sidOf(id)}, true
		}
	}
	return engine.Principal{}, false
}

// Readable implements [engine.Directory].
func (d directory) Readable() bool {
	d.server.mu.Lock()
	defer d.server.mu.Unlock()
	return d.server.readable
}

// route sends clients to another address, where this server is too.
func (s *Server) route(location string) error {
	host, at, err := net.SplitHostPort(location)
	if err != nil {
		return err
	}
	number, err := strconv.ParseUint(at, 10, 16)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.routed[location] = true
	return &tds.RouteError{Host: host, Port: uint16(number)}
}

func (s *Server) isRouted(host string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for address := range s.routed {
		if h, _, err := net.SplitHostPort(address); err == nil && strings.EqualFold(h, host) {
			return true
		}
	}
	return false
}

// hexOf writes a SID as T-SQL does.
func hexOf(sid []byte) string { return "0x" + strings.ToUpper(hex.EncodeToString(sid)) }

// expired reports whether the token of a session is over.
func (s *session) expired(now time.Time) bool { return !now.Before(s.expires) }
