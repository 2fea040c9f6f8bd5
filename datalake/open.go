package datalake

import (
	"context"
	"errors"
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
// opened: [ErrChanged] says that it is no longer so. A broken connection is
// taken up again where it broke. No read is shorter than it should be without an
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

// Read reads on at the current position. The connection it uses is open until
// the end, a Seek elsewhere or Close; what the server sends ahead is bounded by
// the connection's buffers.
func (f *File) Read(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.readable(); err != nil {
		return 0, f.fail("read", err)
	}
	n, err := f.segmentAt().Read(p)
	f.pos += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = f.fail("read", err)
	}
	return n, err
}

// WriteTo writes the rest of the file to w, as io.Copy wants it.
func (f *File) WriteTo(w io.Writer) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.readable(); err != nil {
		return 0, f.fail("read", err)
	}
	buffer := make([]byte, 64<<10)
	s := f.segmentAt()
	n, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{s}, buffer)
	f.pos = s.pos
	if err != nil {
		err = f.fail("read", err)
	}
	return n, err
}

// ReadAt reads len(p) bytes from off on, with a request of its own. Less come
// with an error only, which is [io.EOF] at the end of the file.
func (f *File) ReadAt(p []byte, off int64) (int, error) {
	f.mu.Lock()
	err := f.readable()
	f.mu.Unlock()
	switch {
	case err != nil:
		return 0, f.fail("read", err)
	case off < 0:
		return 0, f.fail("read", invalid("the offset is negative"))
	case off >= f.status.Size:
		return 0, io.EOF
	}
	want := min(int64(len(p)), f.status.Size-off)
	s := f.segment(f.ctx, off, off+want)
	defer func() { _ = s.Close() }()
	n, err := io.ReadFull(s, p[:want])
	switch {
	case err != nil && want > 0:
		return n, f.fail("read", err)
	case want < int64(len(p)):
		return n, io.EOF
	default:
		return n, nil
	}
}

// Seek sets the position for the next Read. It does no I/O. A position behind
// the end is allowed, and reads nothing.
func (f *File) Seek(offset int64, whence int) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.readable(); err != nil {
		return 0, f.fail("seek", err)
	}
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += f.pos
	case io.SeekEnd:
		offset += f.status.Size
	default:
		return 0, f.fail("seek", invalid("there is no such whence"))
	}
	if offset < 0 {
		return 0, f.fail("seek", invalid("the position is negative"))
	}
	f.pos = offset
	return offset, nil
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

func (f *File) readable() error {
	switch {
	case f.closed:
		return fs.ErrClosed
	case f.info.IsDir():
		return syscall.EISDIR
	default:
		return nil
	}
}

// maxSkip is what is read and thrown away rather than asked for anew.
const maxSkip = 64 << 10

// segmentAt is a stream at the current position.
func (f *File) segmentAt() *segment {
	if s := f.stream; s != nil && s.body != nil && s.pos < f.pos && f.pos-s.pos <= maxSkip {
		_, _ = io.CopyN(io.Discard, s, f.pos-s.pos)
	}
	if f.stream == nil || f.stream.pos != f.pos {
		if f.stream != nil {
			_ = f.stream.Close()
		}
		f.stream = f.segment(f.ctx, f.pos, f.status.Size)
	}
	return f.stream
}

func (f *File) fail(op string, err error) error { return pathError(op, f.name, err) }

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
