package seed

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/keyless-go/azure/azuretest"
)

// Databases are those of a world.
type Databases struct {
	*document

	azure *azuretest.Server

	list            []database
	admin           *azuretest.Identity
	directoryReader bool
}

type database struct {
	name    string
	at      int
	batches []batch
}

// A batch is T-SQL that is run as one.
type batch struct {
	text string
	at   int
}

// A SQLServer is where databases can be made.
type SQLServer interface {
	AddDatabase(name string) error
	Exec(database, text string) error
	SetAdmin(id *azuretest.Identity)
	SetDirectoryReader(on bool)
}

// Apply makes the databases and runs their scripts.
func (d *Databases) Apply(server SQLServer) error {
	if d.admin != nil {
		server.SetAdmin(d.admin)
	}
	if d.directoryReader {
		server.SetDirectoryReader(true)
	}
	for _, db := range d.list {
		if err := server.AddDatabase(db.name); err != nil {
			return d.errorf(db.at, "%v", err)
		}
		for _, b := range db.batches {
			if err := server.Exec(db.name, b.text); err != nil {
				return d.errorf(b.at, "%v", err)
			}
		}
	}
	return nil
}

func (d *Databases) read(n node) error {
	return d.fields(n, "sql",
		field{"admin", func(n node) error {
			name, err := d.text(n)
			if err == nil {
				d.admin, err = d.identity(d.azure, name, n.at)
			}
			return err
		}},
		field{"directoryReader", func(n node) error {
			return d.boolean(n, func(on bool) { d.directoryReader = on })
		}},
		field{"databases", func(n node) error { return d.each(n, "the databases", d.database) }},
	)
}

func (d *Databases) database(n node) error {
	db := database{name: n.name, at: n.nameAt}
	if strings.TrimSpace(n.name) == "" {
		return d.errorf(n.nameAt, "a database needs a name")
	}
	err := d.fields(n, "a database",
		field{"file", func(n node) error { return d.file(&db, n) }},
		field{"script", func(n node) error { return d.script(&db, n) }},
	)
	d.list = append(d.list, db)
	return err
}

// script reads a batch, or a list of them.
func (d *Databases) script(to *database, n node) error {
	if text, ok := n.value.(string); ok {
		to.batches = append(to.batches, batch{text, n.at})
		return nil
	}
	return d.items(n, "batches of T-SQL", func(item node) error {
		text, err := d.text(item)
		to.batches = append(to.batches, batch{text, item.at})
		return err
	})
}

// file reads a file of T-SQL, in which lines with GO are between batches.
func (d *Databases) file(to *database, n node) error {
	name, err := d.text(n)
	if err != nil {
		return err
	}
	data, err := readFile(d.beside(name))
	if err != nil {
		return d.errorf(n.at, "%v", err)
	}
	if !utf8.Valid(data) {
		return d.errorf(n.at, "%s is not UTF-8; save it in that encoding", name)
	}
	for _, text := range regexp.MustCompile(`(?mi)^\s*GO\s*;?\s*$`).Split(string(data), -1) {
		to.batches = append(to.batches, batch{text, n.at})
	}
	return nil
}
