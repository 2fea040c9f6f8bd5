package azuretest

import (
	"fmt"
	"slices"
	"strings"
)

// A Scope is a place where roles are assigned: a [Subscription], a [ResourceGroup]
// or a [StorageAccount]. A role holds there and for everything below.
//
// What a test makes by itself is open: the machine's system-assigned identity may do
// everything there, until the first [Scope.Assign] or [Scope.Unassign].
type Scope struct {
	tree   *resourceManager
	id     string
	parent *Scope

	// tree.mu guards what follows.
	open  bool
	roles map[string][]Role // :: object ID → what it was assigned here
}

func newScope(tree *resourceManager, id string, parent *Scope) Scope {
	return Scope{tree: tree, id: id, parent: parent, open: true, roles: map[string][]Role{}}
}

// ID returns the resource ID, such as
// "/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups/DevTest".
func (s *Scope) ID() string { return s.id }

// Assign gives an identity roles here. It also closes what was open, here and above:
// from then on each identity, the machine's own too, may do only what its roles say.
// Assign without roles only closes. It panics for a role that is none of this package's.
func (s *Scope) Assign(id *Identity, roles ...Role) {
	checkRoles("Assign", roles)
	s.tree.mu.Lock()
	defer s.tree.mu.Unlock()
	s.close()
	for _, r := range roles {
		if !slices.Contains(s.roles[id.objectID], r) {
			s.roles[id.objectID] = append(s.roles[id.objectID], r)
		}
	}
}

// Unassign takes from an identity roles it was assigned here, all of them if none is
// named. Like [Scope.Assign] it closes what was open. Roles assigned above stay.
func (s *Scope) Unassign(id *Identity, roles ...Role) {
	checkRoles("Unassign", roles)
	s.tree.mu.Lock()
	defer s.tree.mu.Unlock()
	s.close()
	s.roles[id.objectID] = slices.DeleteFunc(s.roles[id.objectID], func(r Role) bool {
		return len(roles) == 0 || slices.Contains(roles, r)
	})
}

// close ends that the scope, or one it would inherit from, is open. The caller holds
// tree.mu.
func (s *Scope) close() {
	for at := s; at != nil; at = at.parent {
		at.open = false
	}
}

// permits reports whether an identity may do something here. The caller holds tree.mu.
func (s *Scope) permits(id *Identity, a action) bool {
	machine := id == id.server.SystemIdentity()
	for at := s; at != nil; at = at.parent {
		if at.open && machine {
			return true
		}
		if slices.ContainsFunc(at.roles[id.objectID], func(r Role) bool { return r.permits(a) }) {
			return true
		}
	}
	return false
}

// held lists the roles an identity has here, for the reason of a refusal. The caller
// holds tree.mu.
func (s *Scope) held(id *Identity) string {
	var names []string
	for at := s; at != nil; at = at.parent {
		for _, r := range at.roles[id.objectID] {
			names = append(names, string(r))
		}
	}
	if names == nil {
		return "no role"
	}
	return "the role " + strings.Join(names, ", ")
}

func checkRoles(method string, roles []Role) {
	for _, r := range roles {
		if _, _, known := r.patterns(); !known {
			panic(fmt.Sprintf("azuretest: %s: unknown role %q", method, r))
		}
	}
}
