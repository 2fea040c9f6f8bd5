package datalake

import (
	"context"
	"io"
	"io/fs"
	"iter"
	"sync"
	"syscall"
)

// File is a file or directory open for reading. Make it with [Client.Open]. Its
// methods may be used from several goroutines; those that move the position
// wait for each other, ReadAt does not.
//
// A File holds no connection until it is read, and reads what it was when it was
// opened: [ErrChanged] says that it is no longer so. WebHDFS reads by name alone:
// there that is noticed if the file has become shorter, or when a connection
// breaks. A broken connection is taken up again where it broke. No read is shorter than it should be without an
// error.
type File struct {
	remote
	ctx  context.Context
	info *fileInfo

	mu     sync.Mutex // guards what follows
	closed bool
	pos    int64
	stream *segment // at pos, or somewhere before; nil: none
	next   func() (fs.DirEntry, error, bool)
	stop   func()
}

// Open opens a file for reading, or a directory for [File.ReadDir]. The context
// is that of everything done with the File.
func (c *Client) Open(ctx context.Context, name string) (*File, error) {
	info, err := c.stat(ctx, name)
	if err != nil {
		return nil, pathError("open", name, err)
	}
	clean, _ := clean(name)
	return &File{remote: remote{client: c, name: clean, status: info.status}, ctx: ctx, info: info}, nil
}

// Stat describes the File as it was when it was opened. It does no I/O.
func (f *File) Stat() (fs.FileInfo, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, f.fail("stat", fs.ErrClosed)
	}
	return f.info, nil
}

// Close ends the use of the File, and of its connection.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return f.fail("close", fs.ErrClosed)
	}
	f.closed = true
	if f.stop != nil {
		f.stop()
	}
	if f.stream != nil {
		_ = f.stream.Close() // what was read is whole
	}
	return nil
}

// ReadDir lists a directory as [os.File.ReadDir] does: the next n entries, and
// io.EOF after the last, or all that are left if n is not positive.
func (f *File) ReadDir(n int) ([]fs.DirEntry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.closed:
		return nil, f.fail("readdir", fs.ErrClosed)
	case !f.info.IsDir():
		return nil, f.fail("readdir", syscall.ENOTDIR)
	}
	if f.next == nil {
		f.next, f.stop = iter.Pull2(f.client.ReadDir(f.ctx, f.name))
	}
	var entries []fs.DirEntry
	for n <= 0 || len(entries) < n {
		entry, err, ok := f.next()
		switch {
		case err != nil:
			return entries, f.fail("readdir", err)
		case !ok && n > 0 && len(entries) == 0:
			return nil, io.EOF
		case !ok:
			return entries, nil
		}
		entries = append(entries, entry)
	}
	return entries, nil
}
