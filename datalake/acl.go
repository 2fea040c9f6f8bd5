package datalake

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// ACL is the access control list of a file or directory.
type ACL struct {
	Owner, Group string
	// Entries are all there are, in the order of the POSIX draft: those of the
	// owner, of the group, of the mask if there is one, and of all others are
	// always among them, whatever the kind of server.
	Entries []ACLEntry
}

// ACLEntry gives permissions to somebody.
type ACLEntry struct {
	// Default: the entry is for what will be made in the directory.
	Default bool
	// Kind is "user", "group", "mask" or "other".
	Kind string
	// Name is that of a user or group: an object id on Azure. Empty: the owner,
	// or the owner's group.
	Name string
	// Permissions are 4 to read, 2 to write and 1 to execute or to go through.
	Permissions fs.FileMode
}

// String writes the entry as "default:user:carla:r-x".
func (e ACLEntry) String() string { return e.key() + ":" + rwx(e.Permissions) }

func (e ACLEntry) key() string {
	key := e.Kind + ":" + e.Name
	if e.Default {
		key = "default:" + key
	}
	return key
}

func rwx(mode fs.FileMode) string { return (mode & 7).String()[7:] }

// ParseACL reads entries as String writes them, joined by commas. What it cannot
// read is [fs.ErrInvalid]. It does no I/O.
func ParseACL(text string) ([]ACLEntry, error) {
	var entries []ACLEntry
	for part := range strings.SplitSeq(text, ",") {
		entry, err := parseACLEntry(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

func parseACLEntry(text string) (ACLEntry, error) {
	var entry ACLEntry
	rest, isDefault := strings.CutPrefix(text, "default:")
	parts := strings.Split(rest, ":")
	if len(parts) != 3 {
		return entry, invalid(fmt.Sprintf("the ACL entry %q does not look like user:name:rwx", text))
	}
	entry = ACLEntry{Default: isDefault, Kind: parts[0], Name: parts[1]}
	for i, letter := range []byte("rwx") {
		switch {
		case len(parts[2]) != 3 || parts[2][i] != letter && parts[2][i] != '-':
			return ACLEntry{}, invalid(fmt.Sprintf("the ACL entry %q does not end like r-x", text))
		case parts[2][i] == letter:
			entry.Permissions |= 4 >> i
		}
	}
	return entry, entry.check()
}

// check keeps an entry from being two when it is written.
func (e ACLEntry) check() error {
	switch {
	case e.Kind != "user" && e.Kind != "group" && e.Kind != "mask" && e.Kind != "other":
		return invalid(fmt.Sprintf("an ACL entry is for user, group, mask or other, not %q", e.Kind))
	case e.Name != "" && (e.Kind == "mask" || e.Kind == "other"):
		return invalid(fmt.Sprintf("an ACL entry for %s has no name", e.Kind))
	case strings.ContainsAny(e.Name, ":,") || !isPrintable(e.Name):
		return invalid("a name in an ACL entry has no colon, comma or control character")
	case e.Permissions&^7 != 0:
		return invalid("the permissions of an ACL entry are from 0 to 7")
	default:
		return nil
	}
}

// aclText joins checked entries. Without permissions it is for their removal.
func aclText(entries []ACLEntry, permissions bool) (string, error) {
	if len(entries) == 0 {
		return "", invalid("there are no ACL entries")
	}
	texts := make([]string, 0, len(entries))
	for _, e := range entries {
		if err := e.check(); err != nil {
			return "", err
		}
		if permissions {
			texts = append(texts, e.String())
		} else {
			texts = append(texts, e.key()+":") // Hadoop wants the colon
		}
	}
	return strings.Join(texts, ","), nil
}

// sortACL puts entries into the order of the POSIX draft.
func sortACL(entries []ACLEntry) {
	rank := func(e ACLEntry) int {
		r := slices.Index([]string{"user", "group", "mask", "other"}, e.Kind) * 2
		if e.Name != "" {
			r++
		}
		if e.Default {
			r += 8
		}
		return r
	}
	slices.SortStableFunc(entries, func(a, b ACLEntry) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name))
	})
}

// isBase: an entry that the permission bits hold too.
func (e ACLEntry) isBase() bool { return !e.Default && e.Name == "" && e.Kind != "mask" }
