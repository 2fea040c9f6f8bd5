// Package seed makes a world from a file. The format is in the documentation of the
// program.
package seed

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keyless-go/azure/azuretest"
)

// A World is what a file describes. The zero value is none: it changes nothing.
type World struct {
	document

	root node
}

// Read reads a file. The error says where in it what is wrong.
func Read(file string) (*World, error) {
	data, err := readFile(file)
	if err != nil {
		return nil, err
	}
	w := &World{document: document{name: file, data: data}}
	w.root, err = w.parse()
	return w, err
}

func readFile(file string) ([]byte, error) {
	data, err := os.ReadFile(file) //nolint:gosec // G304: the user has named it
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return nil, fmt.Errorf("%s: %w; name a file that can be read", file, path.Err)
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), err // Windows' editors begin files with it
}

// Apply makes the world in an empty emulator and returns the databases that are to be
// in it.
func (w *World) Apply(azure *azuretest.Server) (*Databases, error) {
	s := seeder{document: &w.document, azure: azure}
	databases := &Databases{document: &w.document, azure: azure}
	if w.name == "" {
		return databases, nil
	}
	err := s.fields(w.root, "the world",
		field{"systemIdentity", s.systemIdentity},
		field{"userIdentities", s.userIdentities},
		field{"vaults", s.vaults},
		field{"subscriptions", s.subscriptions},
		field{"storageAccounts", s.storageAccounts},
		field{"dataLakes", s.dataLakes},
		field{"sql", databases.read},
	)
	return databases, err
}

// Databases returns those of the world for an emulator that holds something already, which
// stays as it is.
func (w *World) Databases(azure *azuretest.Server) (*Databases, error) {
	databases := &Databases{document: &w.document, azure: azure}
	if w.name == "" {
		return databases, nil
	}
	return databases, w.fields(w.root, "the world", later("systemIdentity"), later("userIdentities"), later("vaults"),
		later("subscriptions"), later("storageAccounts"), later("dataLakes"), field{"sql", databases.read})
}

// seeder puts what a document says into an emulator.
type seeder struct {
	*document

	azure *azuretest.Server
}

// systemIdentity is whether the machine has one.
func (s *seeder) systemIdentity(n node) error {
	return s.boolean(n, func(on bool) {
		if !on {
			s.azure.RemoveSystemIdentity()
		}
	})
}

func (s *seeder) userIdentities(n node) error {
	return s.namesIn(n, folded, "names", func(name string, at int) error {
		if strings.TrimSpace(name) == "" {
			return s.errorf(at, "an identity needs a name")
		}
		if slices.ContainsFunc(s.azure.Directory(), isCalled(name)) {
			return s.errorf(at, "somebody is called %q already; name this identity otherwise", name)
		}
		s.azure.AddUserIdentity(name)
		return nil
	})
}

// isCalled tells whether somebody has a name.
func isCalled(name string) func(*azuretest.Identity) bool {
	return func(id *azuretest.Identity) bool { return strings.EqualFold(id.Name(), name) }
}

// identity finds the one that is named at an offset.
func (d *document) identity(azure *azuretest.Server, name string, at int) (*azuretest.Identity, error) {
	all := azure.Directory()
	i := slices.IndexFunc(all, isCalled(name))
	if i >= 0 {
		return all[i], nil
	}
	var names []string
	for _, id := range all {
		names = append(names, id.Name())
	}
	return nil, d.errorf(at, "nobody is called %q; there are %s, and userIdentities adds others", name, quoted(names))
}

// grants reads an object that says for each identity what it may do.
func (s *seeder) grants(n node, what string, grant func(id *azuretest.Identity, rights node) error) error {
	return s.each(n, what, func(member node) error {
		id, err := s.identity(s.azure, member.name, member.nameAt)
		if err != nil {
			return err
		}
		return grant(id, member)
	})
}

// beside returns the path of a file that is named in the document.
func (d *document) beside(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(filepath.Dir(d.name), file)
}
