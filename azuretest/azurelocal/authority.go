package main

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/keyless-go/azure/azuretest"
)

// authority is the file with the certificate that clients are to trust.
type authority struct {
	file      string
	temporary bool
}

// newAuthority writes the certificate to a file, or to a temporary one if none is
// named. A file that is something else stays as it is.
func newAuthority(azure *azuretest.Server, file string) (*authority, error) {
	certificate, err := rootOf(azure)
	if err != nil {
		return nil, err
	}
	if file == "" {
		return temporaryAuthority(certificate)
	}
	old, err := os.ReadFile(file) //nolint:gosec // G304: the user has named it
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = os.WriteFile(file, certificate, 0o644) //nolint:gosec // G306: a certificate is for everybody
	case err == nil && !bytes.Equal(old, certificate):
		return nil, fmt.Errorf("-ca %s: the file is there and is not the emulator's certificate; name another", file)
	}
	if err != nil {
		return nil, fmt.Errorf("-ca %s: %w; name a file that can be written", file, reason(err))
	}
	file, err = filepath.Abs(file)
	return &authority{file: file}, err
}

func temporaryAuthority(certificate []byte) (*authority, error) {
	f, err := os.CreateTemp("", "azurelocal-ca-*.pem")
	if err != nil {
		return nil, fmt.Errorf("%w; name a file for the certificate with -ca", err)
	}
	_, err = f.Write(certificate)
	a := &authority{file: f.Name(), temporary: true}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

// close removes a temporary file.
func (a *authority) close() error {
	if !a.temporary {
		return nil
	}
	return os.Remove(a.file) //nolint:gosec // G703: os.CreateTemp has named it
}

// rootOf returns the certificate of the emulator's authority in PEM: the end of the
// chain of any other.
func rootOf(azure *azuretest.Server) ([]byte, error) {
	chains, err := azure.Certificate("localhost").Leaf.Verify(x509.VerifyOptions{Roots: azure.RootCAs()})
	if err != nil {
		return nil, err
	}
	root := chains[0][len(chains[0])-1]
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw}), nil
}

// reason is what is wrong with a file, without its name.
func reason(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	return err
}
