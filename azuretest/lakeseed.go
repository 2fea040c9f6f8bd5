package azuretest

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// newRoot makes the directory that everything is in; owner is the machine's identity,
// nil if it has none.
func (l *DataLake) newRoot(owner *Identity) *lakeNode {
	l.owner, l.ownerGroup = l.traits.superuser, superGroup
	if l.profile == Gen1 || l.profile == Gen2 {
		l.ownerGroup = l.traits.superuser
		if owner != nil {
			l.owner, l.ownerGroup = owner.objectID, owner.objectID
		}
	}
	dir, _ := l.seedModes()
	return l.newDir(l.owner, l.ownerGroup, dir)
}

// seedModes are the modes of what a test puts into the lake.
func (l *DataLake) seedModes() (dir, file uint16) {
	if l.traits.superuser == "hdfs" {
		return 0o777, 0o666
	}
	return 0o770, 0o770
}

// seedNode returns what is at a path, or panics.
func (l *DataLake) seedNode(method, name string) *lakeNode {
	n := l.lookup(name)
	if n == nil {
		panic(fmt.Sprintf("azuretest: %s: data lake %s has no %q", method, l.name, name))
	}
	return n
}

// lookup returns what is at a path, or nil. The caller holds l.mu.
func (l *DataLake) lookup(name string) *lakeNode {
	n := l.root
	for _, part := range splitLake(name) {
		if n == nil || n.dir == nil {
			return nil
		}
		l.sweep(n)
		n = n.dir.get(part)
	}
	return n
}

// Mkdir makes a directory, and those above it, if they are not there. It panics if
// there is a file in the way.
func (l *DataLake) Mkdir(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seedDir("Mkdir", splitLake(name))
}

func (l *DataLake) seedDir(method string, names []string) *lakeNode {
	n := l.root
	mode, _ := l.seedModes()
	for i, part := range names {
		child := n.dir.get(part)
		if child == nil {
			child = l.newDir(l.owner, l.ownerGroup, mode)
			child.inherit(n)
			l.attach(n, part, child)
		}
		if child.dir == nil {
			panic(fmt.Sprintf("azuretest: %s: in data lake %s, /%s is a file", method, l.name, strings.Join(names[:i+1], "/")))
		}
		n = child
	}
	return n
}

// WriteFile puts a file into the lake, or replaces it, and makes the directories it is
// in. It panics if there is a directory of that name, or a file in the way.
func (l *DataLake) WriteFile(name string, data []byte) {
	names := splitLake(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := l.lookup(name); len(names) == 0 || n != nil && n.dir != nil {
		panic(fmt.Sprintf("azuretest: WriteFile: in data lake %s, %q is a directory", l.name, name))
	}
	dir := l.seedDir("WriteFile", names[:len(names)-1])
	_, mode := l.seedModes()
	n := l.newFile(l.owner, l.ownerGroup, mode)
	n.inherit(dir)
	if len(data) > 0 {
		n.content.add(lakePart{memory: slices.Clone(data), n: int64(len(data))}, n.blockSize)
	}
	l.attach(dir, names[len(names)-1], n)
}

// ReadFile returns what is in a file, and false if there is no such file.
func (l *DataLake) ReadFile(name string) ([]byte, bool) {
	l.mu.Lock()
	n := l.lookup(name)
	if n == nil || n.dir != nil {
		l.mu.Unlock()
		return nil, false
	}
	r := n.content.reader(0, n.content.size)
	l.mu.Unlock()
	data, err := io.ReadAll(r)
	if err != nil {
		panic(fmt.Sprintf("azuretest: ReadFile: %v", err)) // the temporary file is gone
	}
	return data, true
}

// Remove takes a file or a directory, with all that is in it, out of the lake, if it is
// there.
func (l *DataLake) Remove(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	dir, base := path.Split(cleanLake(name))
	if parent := l.lookup(dir); base != "" && parent != nil && parent.dir != nil {
		parent.dir.remove(base)
		l.modify(parent)
	}
}

// Names returns the names of what is in a directory, in the order of the service; none
// if there is no such directory.
func (l *DataLake) Names(dir string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.lookup(dir)
	if n == nil || n.dir == nil {
		return nil
	}
	l.sweep(n)
	var names []string
	for name, child := n.dir.next(""); child != nil; name, child = n.dir.next(name) {
		names = append(names, name)
	}
	return names
}

// lakeInfo describes a file or directory.
type lakeInfo struct {
	name     string
	size     int64
	mode     fs.FileMode
	modified time.Time
}

// Name returns the last component of the path, "/" for the root.
func (i lakeInfo) Name() string { return i.name }

// Size returns the length in bytes, 0 for a directory.
func (i lakeInfo) Size() int64 { return i.size }

// Mode returns type and permission bits.
func (i lakeInfo) Mode() fs.FileMode { return i.mode }

// ModTime returns when it was changed, to the millisecond.
func (i lakeInfo) ModTime() time.Time { return i.modified }

// IsDir reports whether it is a directory.
func (i lakeInfo) IsDir() bool { return i.mode.IsDir() }

// Sys returns nil.
func (i lakeInfo) Sys() any { return nil }

// Stat describes a file or directory, and returns false if it is not there. Its mode
// has the mask in place of the group's bits if there is an ACL.
func (l *DataLake) Stat(name string) (fs.FileInfo, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.lookup(name)
	if n == nil {
		return nil, false
	}
	mode := fs.FileMode(n.mode & 0o777)
	if n.mode&stickyBit != 0 {
		mode |= fs.ModeSticky
	}
	if n.dir != nil {
		mode |= fs.ModeDir
	}
	return lakeInfo{path.Base(cleanLake(name)), n.length(), mode, n.modified}, true
}
