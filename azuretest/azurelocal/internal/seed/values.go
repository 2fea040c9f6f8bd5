package seed

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A field is one that an object may have, and what to do with it.
type field struct {
	name string
	read func(n node) error
}

// fields reads an object's fields in the order they are listed here, so that what
// others refer to comes first. A field that is not listed is an error.
func (d *document) fields(n node, what string, known ...field) error {
	if n.value != object {
		return d.errorf(n.at, "want an object for %s", what)
	}
	for _, member := range n.members {
		if !slices.ContainsFunc(known, func(f field) bool { return f.name == member.name }) {
			var names []string
			for _, f := range known {
				names = append(names, f.name)
			}
			return d.errorf(member.nameAt, "%s has no field %q; it has %s", what, member.name, strings.Join(names, ", "))
		}
	}
	for _, f := range known {
		for _, member := range n.members {
			if member.name != f.name {
				continue
			}
			if err := f.read(member); err != nil {
				return err
			}
		}
	}
	return nil
}

// each reads an object whose field names are the names of things, of Azure's.
func (d *document) each(n node, what string, read func(member node) error) error {
	return d.eachOf(n, folded, what, read)
}

// eachOf is each for names that have another key.
func (d *document) eachOf(n node, k key, what string, read func(member node) error) error {
	if n.value != object {
		return d.errorf(n.at, "want an object with a field for each of %s", what)
	}
	names := d.once(k)
	for _, member := range n.members {
		if err := names.add(member.name, member.nameAt); err != nil {
			return err
		}
		if err := read(member); err != nil {
			return err
		}
	}
	return nil
}

// items reads a list.
func (d *document) items(n node, what string, read func(item node) error) error {
	if n.value != list {
		return d.errorf(n.at, "want a list of %s", what)
	}
	for _, item := range n.members {
		if err := read(item); err != nil {
			return err
		}
	}
	return nil
}

// namesIn reads a list of names.
func (d *document) namesIn(n node, k key, what string, read func(name string, at int) error) error {
	names := d.once(k)
	return d.items(n, what, func(item node) error {
		name, err := d.text(item)
		if err == nil {
			err = names.add(name, item.at)
		}
		if err != nil {
			return err
		}
		return read(name, item.at)
	})
}

func (d *document) text(n node) (string, error) {
	if s, ok := n.value.(string); ok {
		return s, nil
	}
	return "", d.errorf(n.at, "want a string")
}

func (d *document) texts(n node, what string) ([]string, error) {
	var all []string
	err := d.items(n, what, func(item node) error {
		s, err := d.text(item)
		all = append(all, s)
		return err
	})
	return all, err
}

// oneOrMore reads a string, or a list of them.
func (d *document) oneOrMore(n node, what string) ([]string, error) {
	if s, ok := n.value.(string); ok {
		return []string{s}, nil
	}
	if n.value != list {
		return nil, d.errorf(n.at, "want a string or a list of %s", what)
	}
	return d.texts(n, what)
}

func (d *document) boolean(n node, use func(on bool)) error {
	on, ok := n.value.(bool)
	if !ok {
		return d.errorf(n.at, "want true or false")
	}
	use(on)
	return nil
}

func (d *document) number(n node) (int, error) {
	if text, ok := n.value.(json.Number); ok {
		if i, err := strconv.Atoi(text.String()); err == nil {
			return i, nil
		}
	}
	return 0, d.errorf(n.at, "want a whole number")
}

// tags reads an object of strings.
func (d *document) tags(n node) (map[string]string, error) {
	all := map[string]string{}
	err := d.each(n, "the tags", func(member node) error {
		value, err := d.text(member)
		all[member.name] = value
		return err
	})
	return all, err
}

// content reads what is in a file: text, or {"base64": "..."}.
func (d *document) content(n node) ([]byte, error) {
	if text, ok := n.value.(string); ok {
		return []byte(text), nil
	}
	var data []byte
	err := d.fields(n, "a file's content that is no string", field{"base64", func(n node) error {
		text, err := d.text(n)
		if err != nil {
			return err
		}
		if data, err = base64.StdEncoding.DecodeString(text); err != nil {
			return d.errorf(n.at, "this is not base64: %v", err)
		}
		return nil
	}})
	return data, err
}

// try does what panics where the emulator refuses it, and makes that an error at an
// offset: the rules are the emulator's. It says "azuretest: Vault: no vault ...".
func (d *document) try(at int, do func()) (err error) {
	defer func() {
		switch problem := recover().(type) {
		case nil:
		case string:
			text, ours := strings.CutPrefix(problem, "azuretest: ")
			if !ours {
				panic(problem)
			}
			if _, after, ok := strings.Cut(text, ": "); ok {
				text = after
			}
			err = d.errorf(at, "%s", text)
		default:
			panic(problem)
		}
	}()
	do()
	return nil
}

// quoted lists names for an error.
func quoted[T ~string](names []T) string {
	var all []string
	for _, n := range names {
		all = append(all, fmt.Sprintf("%q", n))
	}
	return strings.Join(all, ", ")
}
