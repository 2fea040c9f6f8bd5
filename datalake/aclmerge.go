package datalake

import "slices"

// The merges of Hadoop's name node, for a server that only replaces lists.

// merged puts entries in the place of those for the same, or to the end.
func merged(now, changes []ACLEntry) []ACLEntry {
	all := slices.Clone(now)
	for _, change := range changes {
		if i := slices.IndexFunc(all, func(e ACLEntry) bool { return e.key() == change.key() }); i >= 0 {
			all[i] = change
		} else {
			all = append(all, change)
		}
	}
	return masked(all, changes)
}

// without takes out the entries for the same. Those of the owner, the group and
// all others stay.
func without(now, gone []ACLEntry) []ACLEntry {
	left := slices.DeleteFunc(slices.Clone(now), func(e ACLEntry) bool {
		return !e.isBase() && slices.ContainsFunc(gone, func(g ACLEntry) bool { return g.key() == e.key() })
	})
	return masked(left, nil)
}

// masked gives both parts of a list the mask they need: all that it limits,
// unless a change says another. It needs one if somebody is named.
func masked(entries, changes []ACLEntry) []ACLEntry {
	for _, part := range []bool{false, true} {
		isMask := func(e ACLEntry) bool { return e.Default == part && e.Kind == "mask" }
		if slices.ContainsFunc(changes, isMask) {
			continue
		}
		mask, named := ACLEntry{Default: part, Kind: "mask"}, false
		for _, e := range entries {
			if e.Default == part && (e.Name != "" || e.Kind == "group") {
				mask.Permissions |= e.Permissions
				named = named || e.Name != ""
			}
		}
		entries = slices.DeleteFunc(entries, isMask)
		if named {
			entries = append(entries, mask)
		}
	}
	sortACL(entries)
	return entries
}

// complete adds to the entries of Hadoop's answer what it leaves to the bits of
// the permission: with a list, those of the group are the mask.
func complete(entries []ACLEntry, bits uint32) []ACLEntry {
	all := slices.Clone(entries)
	add := func(kind string, shift uint32) {
		e := ACLEntry{Kind: kind, Permissions: modeOf(bits>>shift) & 7}
		if !slices.ContainsFunc(all, func(other ACLEntry) bool { return other.key() == e.key() }) {
			all = append(all, e)
		}
	}
	add("user", 6)
	add("other", 0)
	if slices.ContainsFunc(all, func(e ACLEntry) bool { return !e.Default && e.Name != "" }) {
		add("mask", 3)
	}
	add("group", 3)
	sortACL(all)
	return all
}
