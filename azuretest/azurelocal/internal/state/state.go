// Package state keeps what the emulators hold in a file, from one run to the next.
package state

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"
)

// version is that of the file. What is in it has versions of its own.
const version = "azurelocal 1"

// versionName is the first entry of the archive, parts are the others.
const versionName = "version"

// A Part is what one emulator holds.
type Part struct {
	Name string
	Save func(io.Writer) error // the same state gives the same bytes
	Load func(io.Reader) error
}

// A File is a state on the disk: an archive (zip) with an entry for each part. It is for
// one goroutine at a time.
type File struct {
	path   string
	parts  []Part
	seen   stamp  // of the file, as this program has left it
	digest string // of what is in it; empty: not known
}

// stamp tells whether somebody else has changed a file.
type stamp struct {
	size     int64
	modified time.Time
}

// New returns the state at a path, where there need not be one.
func New(path string) (*File, error) {
	f := &File{path: path}
	if err := f.look(); err != nil {
		return nil, f.failed(err, "name a file that can be read and written")
	}
	return f, nil
}

// Exists reports whether there is a state.
func (f *File) Exists() bool { return f.seen != stamp{} }

// Has reports whether a part is in the state.
func (f *File) Has(name string) (bool, error) {
	if !f.Exists() {
		return false, nil
	}
	archive, err := f.open()
	if err != nil {
		return false, err
	}
	has := slices.ContainsFunc(archive.File, func(e *zip.File) bool { return e.Name == name })
	return has, archive.Close()
}

// Add adds a part to what is saved, and loads it if it is in the state.
func (f *File) Add(p Part) error {
	f.parts = append(f.parts, p)
	if !f.Exists() {
		return nil
	}
	archive, err := f.open()
	if err != nil {
		return err
	}
	defer func() { _ = archive.Close() }() // it is only read
	entry, err := archive.Open(p.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = errors.Join(p.Load(entry), entry.Close())
	}
	if err != nil {
		return f.failed(err, "name another file")
	}
	return nil
}

// open opens the archive if it is of this version.
func (f *File) open() (*zip.ReadCloser, error) {
	archive, err := zip.OpenReader(f.path)
	if errors.Is(err, zip.ErrFormat) {
		return nil, f.failed(errors.New("this is no state of azurelocal"), "name another file")
	}
	if err != nil {
		return nil, f.failed(err, "name another file")
	}
	got, err := readVersion(archive)
	if err != nil {
		return nil, errors.Join(f.failed(err, "name another file"), archive.Close())
	}
	if got != version {
		_ = archive.Close() // it is only read
		return nil, f.failed(fmt.Errorf("it is a state of %q, and this program reads %q", got, version),
			"name another file, or use the program that has written it")
	}
	return archive, nil
}

func readVersion(archive *zip.ReadCloser) (string, error) {
	const longest = 64
	entry, err := archive.Open(versionName)
	if err != nil {
		return "", errors.New("this is no state of azurelocal")
	}
	text, err := io.ReadAll(io.LimitReader(entry, longest))
	return string(text), errors.Join(err, entry.Close())
}

// look notes how the file is now.
func (f *File) look() error {
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.seen = stamp{}
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("this is no file")
	}
	f.seen = stamp{info.Size(), info.ModTime()}
	return nil
}

// failed is an error about the file.
func (f *File) failed(err error, advice string) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("%s: %w; %s", f.path, err, advice)
}
