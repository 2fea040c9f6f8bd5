package datalake

import (
	"bytes"
	"context"
	"io"
	"os"
	"reflect"
)

// source is what is uploaded. If it can be read from anywhere, what fails can be
// sent again.
type source struct {
	r    io.Reader
	at   *io.SectionReader // nil: r can be read once
	size int64             // of at; -1: unknown
}

// isNil also sees a pointer or a function that nobody has set.
func isNil(given any) bool {
	v := reflect.ValueOf(given)
	return !v.IsValid() || (v.Kind() == reflect.Pointer || v.Kind() == reflect.Func) && v.IsNil()
}

func newSource(r io.Reader) *source {
	s := &source{r: r, size: -1}
	seeker, ok := r.(io.Seeker)
	at, both := r.(io.ReaderAt)
	if !ok || !both || !isRegular(r) {
		return s
	}
	start, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return s
	}
	end, err := seeker.Seek(0, io.SeekEnd)
	if _, back := seeker.Seek(start, io.SeekStart); err != nil || back != nil || end <= start {
		return s // what says that it is empty may be a device
	}
	s.at, s.size = io.NewSectionReader(at, start, end-start), end-start
	return s
}

func isRegular(r io.Reader) bool {
	file, ok := r.(*os.File)
	if !ok {
		return true
	}
	info, err := file.Stat()
	return err == nil && info.Mode().IsRegular()
}

// from is the rest after so many bytes, and its length, -1 if that is unknown.
// Without at it is what has not been read yet.
func (s *source) from(offset int64) (io.Reader, int64) {
	if s.at == nil {
		return s.r, -1
	}
	return io.NewSectionReader(s.at, offset, s.size-offset), s.size - offset
}

// attentive is a reader that ends with its context. One that gives nothing, and
// goes on giving nothing, would not be left otherwise.
type attentive struct {
	ctx context.Context
	r   io.Reader
}

func (a attentive) Read(p []byte) (int, error) {
	if err := a.ctx.Err(); err != nil {
		return 0, err
	}
	return a.r.Read(p)
}

// sourceError is the failure of what is uploaded, which no other try mends.
type sourceError struct{ error }

func (e *sourceError) Unwrap() error { return e.error }

// NonRetriable is the mark that azcore looks for.
func (e *sourceError) NonRetriable() {}

// remember makes a source that is short one that can be read from anywhere.
func (s *source) remember(limit int) error {
	if s.at != nil {
		return nil
	}
	head, err := readUpTo(s.r, limit)
	if err != nil {
		return &sourceError{err}
	}
	if len(head) > limit {
		s.r = io.MultiReader(bytes.NewReader(head), s.r)
		return nil
	}
	s.at, s.size = io.NewSectionReader(bytes.NewReader(head), 0, int64(len(head))), int64(len(head))
	return nil
}

// readUpTo reads all there is, or one byte more than the limit.
func readUpTo(r io.Reader, limit int) ([]byte, error) {
	var head bytes.Buffer
	_, err := head.ReadFrom(io.LimitReader(r, int64(limit)+1))
	return head.Bytes(), err
}
