package datalake

import (
	"errors"
	"io"
	"io/fs"
	"syscall"
)

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
		return 0, f.fail("seek", invalid("the position is negative or too large"))
	}
	f.pos = offset
	return offset, nil
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
