package datalake

import (
	"io/fs"
	"path"
	"time"
)

// FileStatus is all that a server says about a file or directory. It is what
// Sys of a [fs.FileInfo] answers, as a *FileStatus. What a kind of server does
// not know is zero.
type FileStatus struct {
	Size    int64
	Mode    fs.FileMode // permissions, fs.ModeSticky, and the type
	ModTime time.Time
	// AccessTime is zero for directories and where it is not kept.
	AccessTime time.Time
	// Created and ETag are Gen2's.
	Created time.Time
	ETag    string
	// Expires is when the file will be removed. Zero: never.
	Expires time.Time
	// Owner and Group are names on Hadoop, object ids on Azure.
	Owner, Group string
	// HasACL: there is more to the permissions than Mode says.
	HasACL bool
	// The rest is Hadoop's.
	BlockSize              int64
	Replication            int
	FileID, Children       int64
	Encrypted, ErasureCode bool
	Symlink                string // where a symbolic link leads
}

// fileInfo is one file under one name. It is an fs.FileInfo and an fs.DirEntry.
type fileInfo struct {
	name   string // the last part
	status FileStatus
}

func newInfo(name string, status FileStatus) *fileInfo { return &fileInfo{path.Base(name), status} }

// Name is the last part of the file's name.
func (i *fileInfo) Name() string { return i.name }

// Size is that of the content.
func (i *fileInfo) Size() int64 { return i.status.Size }

// Mode is what may be done, and the type.
func (i *fileInfo) Mode() fs.FileMode { return i.status.Mode }

// ModTime is when the content was changed.
func (i *fileInfo) ModTime() time.Time { return i.status.ModTime }

// IsDir says whether it is a directory.
func (i *fileInfo) IsDir() bool { return i.status.Mode.IsDir() }

// Type is that of the file.
func (i *fileInfo) Type() fs.FileMode { return i.status.Mode.Type() }

// Info costs nothing.
func (i *fileInfo) Info() (fs.FileInfo, error) { return i, nil }

// String is a line as ls has it.
func (i *fileInfo) String() string { return fs.FormatFileInfo(i) }

// Sys answers a copy.
func (i *fileInfo) Sys() any {
	status := i.status
	return &status
}

// same says whether a file is still the one that was opened.
func (s *FileStatus) same(now *FileStatus) bool {
	return s.Size == now.Size && s.ETag == now.ETag && s.ModTime.Equal(now.ModTime)
}

const sticky = 0o1000

// modeBits makes what chmod takes: twelve bits, of which Hadoop and Azure know
// the sticky one and the nine.
func modeBits(mode fs.FileMode) uint32 {
	bits := uint32(mode.Perm())
	if mode&fs.ModeSticky != 0 {
		bits |= sticky
	}
	return bits
}

func modeOf(bits uint32) fs.FileMode {
	mode := fs.FileMode(bits) & fs.ModePerm
	if bits&sticky != 0 {
		mode |= fs.ModeSticky
	}
	return mode
}
