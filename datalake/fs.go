package datalake

import (
	"bytes"
	"cmp"
	"context"
	"io/fs"
	"slices"
)

// FS is the data lake as a file system of package fs, for fs.WalkDir, fs.Glob,
// http.FileServerFS, template.ParseFS and the like. The context is that of all
// that is done with it. Its names are those of package fs: "." is the root, and
// no name begins with a slash.
//
// It is also a [fs.ReadDirFS], [fs.StatFS] and [fs.ReadFileFS]. A whole
// directory is read into memory and sorted: [Client.ReadDir] does without.
func (c *Client) FS(ctx context.Context) fs.FS { return &fileSystem{ctx, c} }

type fileSystem struct {
	ctx    context.Context
	client *Client
}

// absolute makes a Client's name of one of package fs.
func absolute(op, name string) (string, error) {
	switch {
	case !fs.ValidPath(name):
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	case name == ".":
		return "/", nil
	default:
		return "/" + name, nil
	}
}

// relative makes an error about a name of package fs.
func relative(op, name string, err error) error { return pathError(op, name, err) }

// Open opens a file or directory.
func (f *fileSystem) Open(name string) (fs.File, error) {
	path, err := absolute("open", name)
	if err != nil {
		return nil, err
	}
	file, err := f.client.Open(f.ctx, path)
	if err != nil {
		return nil, relative("open", name, err)
	}
	file.info = rootAsDot(file.info)
	return file, nil
}

// rootAsDot: package fs calls it so.
func rootAsDot(info *fileInfo) *fileInfo {
	if info.name == "/" {
		return &fileInfo{".", info.status}
	}
	return info
}

// Stat describes a file or directory.
func (f *fileSystem) Stat(name string) (fs.FileInfo, error) {
	path, err := absolute("stat", name)
	if err != nil {
		return nil, err
	}
	info, err := f.client.stat(f.ctx, path)
	if err != nil {
		return nil, relative("stat", name, err)
	}
	return rootAsDot(info), nil
}

// ReadDir lists a directory, in the order of names.
func (f *fileSystem) ReadDir(name string) ([]fs.DirEntry, error) {
	path, err := absolute("readdir", name)
	if err != nil {
		return nil, err
	}
	entries := []fs.DirEntry{}
	for entry, err := range f.client.ReadDir(f.ctx, path) {
		if err != nil {
			return entries, relative("readdir", name, err)
		}
		entries = append(entries, entry)
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// ReadFile reads all of a file.
func (f *fileSystem) ReadFile(name string) ([]byte, error) {
	path, err := absolute("readfile", name)
	if err != nil {
		return nil, err
	}
	file, err := f.client.Open(f.ctx, path)
	if err != nil {
		return nil, relative("open", name, err)
	}
	defer func() { _ = file.Close() }()
	var data bytes.Buffer
	if _, err := data.ReadFrom(file); err != nil {
		return nil, relative("read", name, err)
	}
	return data.Bytes(), nil
}
