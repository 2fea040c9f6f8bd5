package azuretest

import (
	"errors"
	"slices"
	"strings"
)

// errFilter is what every malformed $filter gets: the service does not say more.
var errFilter = errors.New("azuretest: malformed $filter")

// maxFilter bounds what is parsed, and with it how deep it nests.
const maxFilter = 4 << 10

// A filter is a $filter: comparisons and substringof, joined by "and" and "or". The
// zero filter matches everything.
type filter struct {
	any  [][]condition // joined by or; each list by and
	rest string        // while it is parsed
}

// condition compares a field with a text.
type condition struct {
	field string // in lower case
	op    string // eq, ne or substringof
	text  string
}

// parseFilter reads the part of OData's syntax that Resource Manager takes; there is
// nothing to nest in it.
func parseFilter(text string) (*filter, error) {
	if len(text) > maxFilter {
		return nil, errFilter
	}
	f := &filter{rest: text}
	all := []condition{}
	for {
		c, ok := f.condition()
		if !ok {
			return nil, errFilter
		}
		all = append(all, c)
		switch join := f.word(); {
		case strings.EqualFold(join, "and"):
		case strings.EqualFold(join, "or"):
			f.any, all = append(f.any, all), nil
		case join == "" && f.rest == "":
			f.any = append(f.any, all)
			return f, nil
		default:
			return nil, errFilter
		}
	}
}

// condition takes one off the rest.
func (f *filter) condition() (c condition, ok bool) {
	word := f.word()
	if strings.EqualFold(word, "substringof") {
		return f.substringOf()
	}
	c.field, c.op = strings.ToLower(word), strings.ToLower(f.word())
	c.text, ok = f.text()
	return c, ok && c.field != "" && (c.op == "eq" || c.op == "ne")
}

// substringOf takes ('text', field).
func (f *filter) substringOf() (c condition, ok bool) {
	c.op = "substringof"
	if !f.sign("(") {
		return c, false
	}
	if c.text, ok = f.text(); !ok || !f.sign(",") {
		return c, false
	}
	c.field = strings.ToLower(f.word())
	return c, f.sign(")") && c.field != ""
}

// word takes the letters and slashes the rest begins with.
func (f *filter) word() string {
	f.rest = strings.TrimLeft(f.rest, " ")
	end := strings.IndexFunc(f.rest, func(r rune) bool {
		return r != '/' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end < 0 {
		end = len(f.rest)
	}
	word := f.rest[:end]
	f.rest = strings.TrimLeft(f.rest[end:], " ")
	return word
}

func (f *filter) sign(sign string) (ok bool) {
	f.rest, ok = strings.CutPrefix(strings.TrimLeft(f.rest, " "), sign)
	return ok
}

// text takes a quoted text; a quote in it is doubled.
func (f *filter) text() (string, bool) {
	if !f.sign("'") {
		return "", false
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(f.rest, "'")
		if !found {
			return "", false
		}
		b.WriteString(before)
		f.rest = after
		if !strings.HasPrefix(f.rest, "'") {
			return b.String(), true
		}
		b.WriteByte('\'')
		f.rest = f.rest[1:]
	}
}

// knows reports whether the filter is about tags, or these fields, only. A text is
// looked for in names only.
func (f *filter) knows(fields []string) bool {
	for _, all := range f.any {
		for _, c := range all {
			switch {
			case c.op == "substringof" && c.field != "name" && c.field != "resourcegroup":
				return false
			case c.field != "tagname" && c.field != "tagvalue" && !slices.Contains(fields, c.field):
				return false
			}
		}
	}
	return true
}

// tagsOnly reports whether the filter is what groups can be filtered by: the name of a
// tag, and perhaps its value.
func (f *filter) tagsOnly() bool {
	if len(f.any) != 1 {
		return false
	}
	all := f.any[0]
	is := func(i int, field string) bool { return all[i].field == field && all[i].op == "eq" }
	return len(all) == 1 && is(0, "tagname") || len(all) == 2 && is(0, "tagname") && is(1, "tagvalue")
}

// tag returns the name of the tag the filter is about, "" if it is about none.
func (f *filter) tag() string {
	for _, all := range f.any {
		for _, c := range all {
			if c.field == "tagname" && c.op == "eq" {
				return c.text
			}
		}
	}
	return ""
}

// matches reports whether something with these fields and tags is what the filter wants.
func (f *filter) matches(field func(string) string, tags map[string]string) bool {
	if f.any == nil {
		return true
	}
	return slices.ContainsFunc(f.any, func(all []condition) bool {
		return !slices.ContainsFunc(all, func(c condition) bool { return !f.holds(c, field, tags) })
	})
}

// holds judges one condition. The names and values of tags are compared as they are,
// everything else whatever its case.
func (f *filter) holds(c condition, field func(string) string, tags map[string]string) bool {
	switch {
	case c.field == "tagname":
		_, found := tagNamed(tags, c.text)
		return found == (c.op == "eq")
	case c.field == "tagvalue":
		value, found := tagNamed(tags, f.tag())
		return (found && value == c.text) == (c.op == "eq")
	case c.op == "substringof":
		return strings.Contains(strings.ToLower(field(c.field)), strings.ToLower(c.text))
	}
	return strings.EqualFold(field(c.field), c.text) == (c.op == "eq")
}

// tagNamed finds a tag; names are not case-sensitive.
func tagNamed(tags map[string]string, name string) (string, bool) {
	for key, value := range tags {
		if strings.EqualFold(key, name) {
			return value, true
		}
	}
	return "", false
}
