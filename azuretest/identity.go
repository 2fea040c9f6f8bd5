package azuretest

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"time"
)

const (
	machineName    = "DevTestVM"
	subscriptionID = "98f51385-2edc-4b79-bed9-7718de4cb861"
	groupPath      = "/subscriptions/" + subscriptionID + "/resourcegroups/DevTest"
)

func machineResourceID() string {
	return groupPath + "/providers/Microsoft.Compute/virtualMachines/" + machineName
}

// tenantID is the directory all identities live in.
func tenantID() string { return guid("tenant") }

// An Identity is one managed identity of the virtual machine, or the person of
// [Server.SignedInUser]. Its IDs are derived from its name, so they are the same
// in every run. It is immutable.
type Identity struct {
	name, clientID, objectID, resourceID string

	person bool
	server *Server
}

// Name returns the identity's name; that of the machine if it is system-assigned.
func (i *Identity) Name() string { return i.name }

// ClientID returns the identity's client (application) ID, a GUID.
func (i *Identity) ClientID() string { return i.clientID }

// ObjectID returns the identity's object (principal) ID, a GUID.
func (i *Identity) ObjectID() string { return i.objectID }

// ResourceID returns the identity's Azure resource ID; that of the virtual
// machine if it is system-assigned. A person has none.
func (i *Identity) ResourceID() string { return i.resourceID }

// TenantID returns the ID of the directory the identity lives in, a GUID.
func (i *Identity) TenantID() string { return tenantID() }

// Token returns a token of this identity for an audience (such as
// "https://vault.azure.net"), made now and valid for life by the Server's clock.
// Nothing about it is checked: the audience need not exist and a negative life
// makes an expired token. The life is kept to the microsecond, so that the exp claim may
// be a fraction.
func (i *Identity) Token(audience string, life time.Duration) string {
	now := i.server.Now()
	issued := now.Truncate(time.Second)
	if life <= 0 {
		issued = issued.Add(life - time.Hour)
	}
	return i.server.mint(i, audience, issued, now.Add(life))
}

// String returns the identity's name.
func (i *Identity) String() string { return i.name }

// SystemIdentity returns the system-assigned identity of the virtual machine,
// which every Server starts with, or nil once it is removed.
func (s *Server) SystemIdentity() *Identity {
	s.identities.mu.Lock()
	defer s.identities.mu.Unlock()
	return s.identities.system
}

// RemoveSystemIdentity takes the system-assigned identity from the virtual
// machine. Its tokens are refused from now on.
func (s *Server) RemoveSystemIdentity() {
	s.identities.mu.Lock()
	defer s.identities.mu.Unlock()
	s.identities.system = nil
}

// AddUserIdentity assigns a user-assigned identity to the virtual machine and
// returns it. One name is one identity, however often it is added.
func (s *Server) AddUserIdentity(name string) *Identity {
	s.identities.mu.Lock()
	defer s.identities.mu.Unlock()
	for _, id := range s.identities.users {
		if strings.EqualFold(id.name, name) {
			return id
		}
	}
	id := s.newIdentity(name, groupPath+"/providers/Microsoft.ManagedIdentity/userAssignedIdentities/"+name)
	s.identities.users = append(s.identities.users, id)
	return id
}

func (s *Server) newIdentity(name, resourceID string) *Identity {
	return &Identity{
		name:       name,
		clientID:   guid("client " + resourceID),
		objectID:   guid("object " + resourceID),
		resourceID: resourceID,
		server:     s,
	}
}

type identities struct {
	mu     sync.Mutex // guards what follows
	system *Identity
	users  []*Identity
	person *Identity // signed in; nil until somebody asks
}

// all returns the identities assigned to the virtual machine.
func (i *identities) all() []*Identity {
	i.mu.Lock()
	defer i.mu.Unlock()
	list := make([]*Identity, 0, 1+len(i.users))
	if i.system != nil {
		list = append(list, i.system)
	}
	return append(list, i.users...)
}

// names lists those of the identities assigned to the virtual machine, for a refusal.
func (i *identities) names() string {
	var names []string
	for _, id := range i.all() {
		names = append(names, id.name)
	}
	if names == nil {
		return "no identity"
	}
	return strings.Join(names, ", ")
}

// noIdentity refuses a request for a token that names an identity, or none if selector is
// empty.
func (s *Server) noIdentity(selector, value string) string {
	named := "no identity"
	if selector != "" {
		named = fmt.Sprintf("%s %q", selector, s.log.redact([]byte(value)))
	}
	return fmt.Sprintf("the request names %s, the machine has %s", named, s.identities.names())
}

// find returns the first identity that matches, or nil.
func (i *identities) find(matches func(*Identity) bool) *Identity {
	for _, id := range i.all() {
		if matches(id) {
			return id
		}
	}
	return nil
}

// unselected returns the identity of a request that names none: the
// system-assigned one, else the only user-assigned one. It is nil if there is
// none, or if there are several to choose from.
func (i *identities) unselected() (id *Identity, several bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.system != nil:
		return i.system, false
	case len(i.users) == 1:
		return i.users[0], false
	}
	return nil, len(i.users) > 1
}

// guid returns a GUID that depends on seed alone.
func guid(seed string) string {
	sum := sha256.Sum256([]byte("keyless for azure: " + seed))
	return formatGUID(sum[:16])
}

// newGUID returns a GUID like no other.
func newGUID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return formatGUID(b)
}

// formatGUID writes 16 bytes as a GUID of the random kind, which every parser takes.
func formatGUID(b []byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
