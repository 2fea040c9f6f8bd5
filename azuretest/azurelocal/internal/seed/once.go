package seed

import "strings"

// A key is what all spellings of one name have in common.
type key func(name string) string

// folded is the key of the names of Azure, whose case does not count.
func folded(name string) string { return strings.ToLower(strings.ToUpper(name)) }

// exact is the key of names that have one spelling.
func exact(name string) string { return name }

// cleaned is the key of paths, in which slashes only divide.
func cleaned(name string) string {
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == '/' }), "/")
}

// once are the names that a list or an object has had until now. What has one twice
// would lose one of them without a word.
type once struct {
	*document

	key   key
	names map[string]string // by their keys
}

func (d *document) once(k key) *once { return &once{d, k, map[string]string{}} }

// add adds a name, which is at an offset.
func (o *once) add(name string, at int) error {
	before, twice := o.names[o.key(name)]
	switch {
	case twice && before != name:
		return o.errorf(at, "%q is here already, as %q; remove one", name, before)
	case twice:
		return o.errorf(at, "%q is here twice; remove one", name)
	}
	o.names[o.key(name)] = name
	return nil
}
