package state

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Save writes all parts if something has changed since the last time. The file is there
// as it was or as it is to be, whatever happens meanwhile. One that somebody else has
// changed is left as it is.
func (f *File) Save() error {
	digest, err := f.sum()
	if err != nil || digest == f.digest {
		return err
	}
	was := f.seen
	if err := f.look(); err != nil {
		return f.failed(err, "nothing is saved until the file and its directory can be written")
	}
	if f.seen != was && f.Exists() {
		f.seen = was
		return f.failed(errors.New("another program has changed it"), "it is left as it is")
	}
	if err := f.replace(); err != nil {
		return f.failed(err, "nothing is saved until the file and its directory can be written")
	}
	f.digest = digest
	return f.look()
}

// sum returns the digest of what is to be saved.
func (f *File) sum() (string, error) {
	sum := sha256.New()
	for _, p := range f.parts {
		if err := p.Save(sum); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// replace puts a new file in the place of the old one.
func (f *File) replace() (err error) {
	next, err := os.CreateTemp(filepath.Dir(f.path), filepath.Base(f.path)+".*.new") // nobody else may read it
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(next.Name()))
		}
	}()
	err = f.write(next)
	if err == nil {
		err = next.Sync()
	}
	if err = errors.Join(err, next.Close()); err != nil {
		return err
	}
	if err = os.Rename(next.Name(), f.path); err != nil {
		return err
	}
	syncDirectory(filepath.Dir(f.path))
	return nil
}

// syncDirectory makes a rename last, on systems where directories can be synced.
func syncDirectory(name string) {
	d, err := os.Open(name) //nolint:gosec // G304: the user has named it
	if err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// write writes the archive. Parts that this run has not are taken from the old one.
func (f *File) write(to io.Writer) error {
	archive := zip.NewWriter(to)
	if err := entry(archive, versionName, func(w io.Writer) error {
		_, err := io.WriteString(w, version)
		return err
	}); err != nil {
		return err
	}
	for _, p := range f.parts {
		if err := entry(archive, p.Name, p.Save); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	if f.Exists() {
		if err := f.retain(archive); err != nil {
			return err
		}
	}
	return archive.Close()
}

// entry adds one, uncompressed: it is written often.
func entry(archive *zip.Writer, name string, save func(io.Writer) error) error {
	w, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: time.Time{}})
	if err != nil {
		return err
	}
	return save(w)
}

// retain copies the parts of the old archive that nobody has added.
func (f *File) retain(archive *zip.Writer) error {
	old, err := f.open()
	if err != nil {
		return err
	}
	defer func() { _ = old.Close() }() // it is only read
	for _, e := range old.File {
		ours := e.Name == versionName || slices.ContainsFunc(f.parts, func(p Part) bool { return p.Name == e.Name })
		if ours {
			continue
		}
		if err := archive.Copy(e); err != nil {
			return err
		}
	}
	return nil
}
