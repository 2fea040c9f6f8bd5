package azuretest

import (
	"cmp"
	"io/fs"
	"maps"
	"slices"
)

// Vaults returns the vaults there are, in the order of their hosts.
func (s *Server) Vaults() []*Vault {
	s.vaults.mu.Lock()
	defer s.vaults.mu.Unlock()
	return inOrderOfKeys(s.vaults.byHost)
}

// Name returns the vault's name, the first label of its host.
func (v *Vault) Name() string { return v.name }

// SecretNames returns the names of the secrets that can be used, in the order of the
// alphabet.
func (v *Vault) SecretNames() []string { return v.names(live) }

// DeletedSecretNames returns the names of the secrets that are deleted and can be
// recovered or purged, in the order of the alphabet.
func (v *Vault) DeletedSecretNames() []string { return v.names(deleting, deleted) }

func (v *Vault) names(phases ...phase) []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var names []string
	for _, s := range v.in(v.server.Now(), phases...) {
		names = append(names, s.name)
	}
	return names
}

// Subscriptions returns the subscriptions there are, in the order of their IDs.
func (s *Server) Subscriptions() []*Subscription {
	s.arm.mu.Lock()
	defer s.arm.mu.Unlock()
	return inOrderOfKeys(s.arm.subscriptions)
}

// Location returns where the group is, such as "westus".
func (g *ResourceGroup) Location() string {
	g.tree.mu.Lock()
	defer g.tree.mu.Unlock()
	return g.location
}

// Resources returns what is in the group, storage accounts too, in the order of their
// IDs. The caller owns the result.
func (g *ResourceGroup) Resources() []Resource {
	g.tree.mu.Lock()
	defer g.tree.mu.Unlock()
	var list []Resource
	for _, one := range g.members() {
		one.Tags = maps.Clone(one.Tags)
		list = append(list, one.Resource)
	}
	return list
}

// StorageAccounts returns the storage accounts there are, in the order of their names.
func (s *Server) StorageAccounts() []*StorageAccount {
	s.arm.mu.Lock()
	defer s.arm.mu.Unlock()
	return inOrderOfKeys(s.arm.accounts)
}

// Stat describes a blob, and returns false if it is not there.
func (c *Container) Stat(name string) (fs.FileInfo, bool) {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	in := c.account.containers[c.name]
	if in == nil || in.committed(name) == nil {
		return nil, false
	}
	b := in.committed(name)
	return lakeInfo{name: name, size: b.content.size, mode: 0o666, modified: b.modified}, true
}

// DataLakes returns the data lakes there are, in the order of their profiles and names.
func (s *Server) DataLakes() []*DataLake {
	s.lakes.mu.Lock()
	defer s.lakes.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.lakes.byName), func(a, b *DataLake) int {
		return cmp.Or(cmp.Compare(a.profile, b.profile), cmp.Compare(a.name, b.name))
	})
}

// Name returns the lake's name, as [Server.DataLake] takes it.
func (l *DataLake) Name() string { return l.name }

// Profile returns what kind of server the lake is.
func (l *DataLake) Profile() Profile { return l.profile }

// inOrderOfKeys returns the values of a map in the order of their keys.
func inOrderOfKeys[V any](m map[string]V) []V {
	list := make([]V, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		list = append(list, m[key])
	}
	return list
}
