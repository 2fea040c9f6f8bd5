package azuretest

import (
	"maps"
	"slices"
)

// ResourceGroups returns the groups of [Subscription.Groups], and makes none.
func (s *Subscription) ResourceGroups() []*ResourceGroup {
	s.tree.mu.Lock()
	defer s.tree.mu.Unlock()
	s.tree.settle(s.server.Now())
	return s.sorted()
}

// AllContainers returns the containers of [StorageAccount.Containers], and makes none.
func (a *StorageAccount) AllContainers() []*Container {
	a.mu.Lock()
	defer a.mu.Unlock()
	var list []*Container
	for _, name := range slices.Sorted(maps.Keys(a.containers)) {
		list = append(list, &Container{a, name})
	}
	return list
}
