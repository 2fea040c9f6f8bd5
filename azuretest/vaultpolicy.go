package azuretest

import (
	"fmt"
	"slices"
	"strings"
)

// permissions is what an access policy of a vault lets an identity do.
type permissions map[string]bool

// allPermissions lists those of a vault's secrets.
// https://learn.microsoft.com/azure/key-vault/general/assign-access-policy
func allPermissions() []string {
	return []string{"get", "list", "set", "delete", "recover", "purge", "backup", "restore"}
}

// Allow gives an identity permissions on the vault's secrets: get, list, set,
// delete, recover, purge, backup, restore; all of them if none is named. The first
// call closes an open vault: from then on each identity, the machine's own too, may
// do only what it was allowed. It panics for any other permission.
func (v *Vault) Allow(id *Identity, permission ...string) {
	named := checkPermissions("Allow", permission)
	v.mu.Lock()
	defer v.mu.Unlock()
	granted := v.policy(id)
	for _, p := range named {
		granted[p] = true
	}
}

// Deny takes permissions from an identity, all of them if none is named. In an open
// vault the machine's system-assigned identity keeps the others. See [Vault.Allow].
func (v *Vault) Deny(id *Identity, permission ...string) {
	named := checkPermissions("Deny", permission)
	system := v.server.SystemIdentity()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.policies == nil && system != nil {
		for _, p := range allPermissions() {
			v.policy(system)[p] = true
		}
	}
	granted := v.policy(id)
	for _, p := range named {
		delete(granted, p)
	}
}

// policy returns the permissions of an identity, to be changed. The caller holds v.mu.
func (v *Vault) policy(id *Identity) permissions {
	if v.policies == nil {
		v.policies = map[string]permissions{}
	}
	if v.policies[id.objectID] == nil {
		v.policies[id.objectID] = permissions{}
	}
	return v.policies[id.objectID]
}

// permits reports whether an identity may do what takes a permission.
func (v *Vault) permits(id *Identity, permission string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.policies == nil {
		return id == v.server.SystemIdentity()
	}
	return v.policies[id.objectID][permission]
}

// held lists the permissions of an identity, for the reason of a refusal.
func (v *Vault) held(id *Identity) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var list []string
	for _, p := range allPermissions() {
		if v.policies[id.objectID][p] {
			list = append(list, p)
		}
	}
	if list == nil {
		return "no permission"
	}
	return strings.Join(list, ", ")
}

func checkPermissions(method string, named []string) []string {
	if len(named) == 0 {
		return allPermissions()
	}
	for _, p := range named {
		if !slices.Contains(allPermissions(), p) {
			panic(fmt.Sprintf("azuretest: %s: unknown permission %q, want one of %s", method, p, strings.Join(allPermissions(), ", ")))
		}
	}
	return named
}
