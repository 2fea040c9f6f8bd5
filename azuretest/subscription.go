package azuretest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// resourceManager is what Resource Manager knows.
type resourceManager struct {
	mu            sync.Mutex                 // guards what follows, and all that is in it but the accounts' insides
	subscriptions map[string]*Subscription   // :: ID in lower case
	accounts      map[string]*StorageAccount // :: name
	jobs          map[string]*deletionJob    // :: job ID
}

// A Subscription is one subscription of a [Server], with resource groups in it. Its
// methods, and those of what is in it, seed and inspect behind the service's back:
// no token, no role, no limit. All are safe for concurrent use.
type Subscription struct {
	Scope

	server *Server
	guid   string

	// tree.mu guards what follows.
	groups   map[string]*ResourceGroup // :: name in lower case
	deletion Deletion
	pageSize int
	limits   armLimits
}

// maxARMPage is how many items a page of Resource Manager's has at most, and has if
// nobody says otherwise.
const maxARMPage = 1000

// Subscription returns the subscription of that ID, a GUID, and creates it, with
// nothing in it, at first use. It panics if the ID is not a GUID.
func (s *Server) Subscription(id string) *Subscription {
	if !isGUID(id) {
		panic(fmt.Sprintf("azuretest: Subscription: %q is not a GUID", id))
	}
	s.arm.mu.Lock()
	defer s.arm.mu.Unlock()
	if sub, ok := s.arm.subscriptions[strings.ToLower(id)]; ok {
		return sub
	}
	sub := &Subscription{
		Scope:    newScope(&s.arm, "/subscriptions/"+id, nil),
		server:   s,
		guid:     id,
		groups:   map[string]*ResourceGroup{},
		pageSize: maxARMPage,
	}
	if s.arm.subscriptions == nil {
		s.arm.subscriptions = map[string]*Subscription{}
	}
	s.arm.subscriptions[strings.ToLower(id)] = sub
	return sub
}

// Group returns the resource group of that name and creates it, empty and in westus,
// at first use. It panics if no group can have that name.
func (s *Subscription) Group(name string) *ResourceGroup {
	if bad := badGroupName(name); bad != "" {
		panic("azuretest: Group: " + bad)
	}
	s.tree.mu.Lock()
	defer s.tree.mu.Unlock()
	s.tree.settle(s.server.Now())
	if g, ok := s.groups[strings.ToLower(name)]; ok {
		return g
	}
	return s.create(name)
}

// create makes a group. The caller holds tree.mu.
func (s *Subscription) create(name string) *ResourceGroup {
	g := &ResourceGroup{
		Scope:        newScope(s.tree, s.id+"/resourceGroups/"+name, &s.Scope),
		subscription: s,
		name:         name,
		location:     location,
	}
	s.groups[strings.ToLower(name)] = g
	return g
}

// Groups returns the names of the groups there are, one that is being deleted too, in
// the order of the alphabet.
func (s *Subscription) Groups() []string {
	s.tree.mu.Lock()
	defer s.tree.mu.Unlock()
	s.tree.settle(s.server.Now())
	var names []string
	for _, g := range s.sorted() {
		names = append(names, g.name)
	}
	return names
}

// sorted returns the groups in the order of their names. The caller holds tree.mu.
func (s *Subscription) sorted() []*ResourceGroup {
	list := make([]*ResourceGroup, 0, len(s.groups))
	for _, key := range slices.Sorted(maps.Keys(s.groups)) {
		list = append(list, s.groups[key])
	}
	return list
}

// SetDeletion sets how groups are deleted from now on. The zero value, in force at
// first, deletes at once: the first question for the outcome is answered with it.
func (s *Subscription) SetDeletion(d Deletion) {
	s.tree.mu.Lock()
	defer s.tree.mu.Unlock()
	s.deletion = d
}

// SetPageSize sets how many items a page of a list has if the client does not say. It
// is 1,000 at first, the most there can be. It panics if n is not 1 to 1,000.
func (s *Subscription) SetPageSize(n int) {
	if n < 1 || n > maxARMPage {
		panic(fmt.Sprintf("azuretest: SetPageSize: %d is not 1 to %d", n, maxARMPage))
	}
	s.tree.mu.Lock()
	defer s.tree.mu.Unlock()
	s.pageSize = n
}

// Limit switches on or off the real service's limits, past which it answers 429: per
// identity a bucket of 250 reads, refilled by 25 a second, and of 200 writes and 200
// deletions, by 10 a second; and for storage accounts 800 reads and 100 listings (of
// keys and SAS) in 5 minutes. They are off at first; the headers that tell what is
// left of a bucket are always there.
// https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
func (s *Subscription) Limit(on bool) {
	s.tree.mu.Lock()
	defer s.tree.mu.Unlock()
	s.limits.set(on)
}
