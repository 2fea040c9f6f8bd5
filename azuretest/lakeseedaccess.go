package azuretest

import (
	"fmt"
	"io/fs"
	"strings"
)

// Chmod sets the mode of a file or directory: its permission bits and, for a
// directory, fs.ModeSticky. It panics if there is nothing of that name.
func (l *DataLake) Chmod(name string, mode fs.FileMode) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.seedNode("Chmod", name)
	n.mode = uint16(mode.Perm()) //nolint:gosec // G115: it is nine bits
	if mode&fs.ModeSticky != 0 && n.dir != nil {
		n.mode |= stickyBit
	}
	l.touch(n)
}

// Chown sets the owner and the group of a file or directory, which are names on Hadoop
// and object IDs elsewhere; "" leaves them as they are. It panics if there is nothing of
// that name.
func (l *DataLake) Chown(name, owner, group string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.give(l.seedNode("Chown", name), owner, group)
}

// Owner returns the owner and the group of a file or directory. It panics if there is
// nothing of that name.
func (l *DataLake) Owner(name string) (owner, group string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.seedNode("Owner", name)
	return n.owner, n.group
}

// Allow gives an identity an access to a file or directory, rwx with - for what it is
// not to have: an entry in its ACL, and for a directory also one in the default ACL,
// which is for what will be made in it. It panics if there is nothing of that name or
// access is not of that form. To get to a path it takes an x in every directory above.
func (l *DataLake) Allow(id *Identity, name, access string) {
	l.grant("Allow", l.nameOf(id), name, access, true)
}

// AllowOnly is [DataLake.Allow] without the default ACL.
func (l *DataLake) AllowOnly(id *Identity, name, access string) {
	l.grant("AllowOnly", l.nameOf(id), name, access, false)
}

func (l *DataLake) grant(method, user, name, access string, defaults bool) {
	spec := "user:" + user + ":" + access
	l.mu.Lock()
	defer l.mu.Unlock()
	if defaults && l.seedNode(method, name).dir != nil {
		spec += ",default:" + spec
	}
	l.changeSeed(method, name, spec, modifyACL)
}

// SetACL replaces the ACL of a file or directory by one that is written as
// "user::rwx,user:bob:r-x,group::r-x,other::---", with "default:" before entries of the
// default ACL. A mask that is left out is computed. It panics if there is nothing of that
// name or the list is none.
func (l *DataLake) SetACL(name, list string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changeSeed("SetACL", name, list, replaceACL)
}

func (l *DataLake) changeSeed(method, name, spec string, change func(old, spec []aclEntry) ([]aclEntry, string)) {
	n := l.seedNode(method, name)
	entries, bad := parseACL(spec, true)
	if bad != "" {
		panic(fmt.Sprintf("azuretest: %s: %q is no entry of an ACL", method, bad))
	}
	list, problem := change(n.entries(), entries)
	if problem != "" {
		panic(fmt.Sprintf("azuretest: %s: %s", method, problem))
	}
	n.setEntries(list)
	l.touch(n)
}

// ACL returns the ACL of a file or directory as [DataLake.SetACL] takes it, whole: with
// the entries that its mode has, too. It panics if there is nothing of that name.
func (l *DataLake) ACL(name string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(formatACL(l.seedNode("ACL", name).entries()), ",")
}

// HoldLease makes somebody else write to a file, so that nobody can, until release is
// called. It panics if there is no such file or somebody is writing to it.
func (l *DataLake) HoldLease(name string) (release func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.seedNode("HoldLease", name)
	if n.dir != nil || n.writer != nil {
		panic(fmt.Sprintf("azuretest: HoldLease: %q is a directory or leased", name))
	}
	w := newWriter()
	w.lease, n.writer = newGUID(), w
	n.gen2.hold(w.lease)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if n.writer == w {
			n.writer = nil
		}
		n.gen2.drop(w.lease)
	}
}
