package azuretest

import (
	"cmp"
	"fmt"
	"slices"
)

// maxACL is how many entries each half of a list may have.
const maxACL = 32

// aclMerge is a list in the making, by Hadoop's rules: a mask that nobody has asked for
// is computed, a default list is completed from the other one.
type aclMerge struct {
	list   []aclEntry         // without masks
	masks  map[bool]*aclEntry // the old or the wanted one :: of the default half → mask
	dirty  map[bool]bool      // halves that have changed
	wanted map[bool]bool      // halves whose mask was named
}

func newACLMerge() *aclMerge {
	return &aclMerge{masks: map[bool]*aclEntry{}, dirty: map[bool]bool{}, wanted: map[bool]bool{}}
}

func (m *aclMerge) add(e aclEntry) {
	if e.kind == aclMask {
		m.masks[e.isDefault] = &e
		return
	}
	m.list = append(m.list, e)
}

func aclKeys(spec []aclEntry) map[string]bool {
	keys := map[string]bool{}
	for _, e := range spec {
		keys[e.key()] = true
	}
	return keys
}

// modifyACL adds entries to a list or changes them.
func modifyACL(old, spec []aclEntry) ([]aclEntry, string) {
	m := newACLMerge()
	keys := aclKeys(spec)
	for _, e := range old {
		if !keys[e.key()] {
			m.add(e)
		}
	}
	m.change(spec)
	return m.result()
}

// replaceACL replaces a list, the half of it that spec names.
func replaceACL(old, spec []aclEntry) ([]aclEntry, string) {
	m := newACLMerge()
	m.change(spec)
	for _, e := range old {
		if !m.dirty[e.isDefault] {
			m.add(e)
		}
	}
	return m.result()
}

func (m *aclMerge) change(spec []aclEntry) {
	for _, e := range spec {
		m.dirty[e.isDefault] = true
		if e.kind == aclMask {
			m.wanted[e.isDefault] = true
		}
		m.add(e)
	}
}

// removeACL takes entries out of a list.
func removeACL(old, spec []aclEntry) ([]aclEntry, string) {
	m := newACLMerge()
	keys := aclKeys(spec)
	for _, e := range old {
		switch {
		case !keys[e.key()]:
			m.add(e)
		case e.kind == aclMask:
			m.wanted[e.isDefault] = true
			m.dirty[e.isDefault] = true
		default:
			m.dirty[e.isDefault] = true
		}
	}
	return m.result()
}

// result completes the list, and says what is wrong with it.
func (m *aclMerge) result() (list []aclEntry, problem string) {
	m.completeDefaults()
	for _, isDefault := range []bool{false, true} {
		if problem := m.addMask(isDefault); problem != "" {
			return nil, problem
		}
	}
	slices.SortStableFunc(m.list, func(a, b aclEntry) int {
		if a.isDefault != b.isDefault {
			if a.isDefault {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name))
	})
	return m.list, badACL(m.list)
}

// completeDefaults takes what a default list lacks from the access list.
func (m *aclMerge) completeDefaults() {
	has := aclKeys(m.list)
	if !slices.ContainsFunc(m.list, func(e aclEntry) bool { return e.isDefault }) {
		return
	}
	for _, e := range slices.Clone(m.list) {
		if e.isDefault || e.name != "" {
			continue
		}
		e.isDefault = true
		if !has[e.key()] {
			m.list = append(m.list, e)
			m.dirty[true] = true
		}
	}
}

// addMask adds the mask of one half, if it needs one or had one.
func (m *aclMerge) addMask(isDefault bool) (problem string) {
	var union lakeAccess
	named := false
	for _, e := range m.list {
		if e.isDefault == isDefault && (e.kind == aclGroup || e.name != "") {
			union |= e.access
			named = named || e.name != ""
		}
	}
	mask := m.masks[isDefault]
	switch {
	case mask == nil && named && m.wanted[isDefault]:
		return "Invalid ACL: mask is required and cannot be deleted."
	case mask != nil && (!m.dirty[isDefault] || m.wanted[isDefault]):
		m.list = append(m.list, *mask)
	case named || mask != nil:
		m.list = append(m.list, aclEntry{isDefault: isDefault, kind: aclMask, access: union})
	}
	return ""
}

// badACL says what is wrong with a list in order.
func badACL(list []aclEntry) string {
	count := map[bool]int{}
	keys := map[string]bool{}
	for i, e := range list {
		count[e.isDefault]++
		keys[e.key()] = true
		switch {
		case i > 0 && list[i-1].key() == e.key():
			return "Invalid ACL: multiple entries with same scope, type and name."
		case e.name != "" && (e.kind == aclMask || e.kind == aclOther):
			return "Invalid ACL: this entry type must not have a name: " + e.String() + "."
		}
	}
	switch {
	case !keys["user::"] || !keys["group::"] || !keys["other::"]:
		return "Invalid ACL: the user, group and other entries are required."
	case count[false] > maxACL:
		return tooManyEntries(count[false], "access")
	case count[true] > maxACL:
		return tooManyEntries(count[true], "default")
	}
	return ""
}

func tooManyEntries(n int, half string) string {
	return fmt.Sprintf("Invalid ACL: ACL has %d %s entries, which exceeds maximum of %d.", n, half, maxACL)
}
