package seed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// A document is a JSON file that knows where its values are.
type document struct {
	name string
	data []byte
}

// A node is a value in a document.
type node struct {
	at      int    // offset in bytes
	value   any    // nil, bool, string, json.Number; json.Delim for an object or a list
	members []node // of an object or a list
	name    string // of a member of an object
	nameAt  int
}

const (
	object = json.Delim('{')
	list   = json.Delim('[')
)

// maxDepth bounds what is parsed: no world is deeper.
const maxDepth = 32

// parse reads the document.
func (d *document) parse() (node, error) {
	if !utf8.Valid(d.data) {
		return node{}, d.errorf(d.invalid(), "this is not UTF-8; save the file in that encoding")
	}
	p := parser{document: d, decoder: json.NewDecoder(bytes.NewReader(d.data))}
	p.decoder.UseNumber()
	root, err := p.value(0)
	if err != nil {
		return node{}, err
	}
	if at := p.next(); at < len(d.data) {
		return node{}, d.errorf(at, "there is more after the end of the object; remove it")
	}
	return root, nil
}

// invalid returns where the first byte is that is not UTF-8.
func (d *document) invalid() int {
	at := 0
	for at < len(d.data) {
		r, size := utf8.DecodeRune(d.data[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}

// errorf is an error at an offset.
func (d *document) errorf(at int, format string, args ...any) error {
	before := d.data[:min(max(at, 0), len(d.data))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Errorf("%s:%d:%d: %s", d.name, line, column, fmt.Sprintf(format, args...))
}

// parser builds nodes from tokens.
type parser struct {
	*document

	decoder *json.Decoder
}

// next returns where the next token begins.
func (p *parser) next() int {
	at := int(p.decoder.InputOffset())
	for at < len(p.data) && strings.IndexByte(" \t\r\n,:", p.data[at]) >= 0 {
		at++
	}
	return at
}

func (p *parser) token() (at int, token json.Token, err error) {
	at = p.next()
	token, err = p.decoder.Token()
	syntax := (*json.SyntaxError)(nil)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		err = p.errorf(len(p.data), "the file ends too early; close what is open")
	case errors.As(err, &syntax):
		err = p.errorf(at, "this is not JSON: %s", err)
	case err != nil:
		err = p.errorf(at, "%s", err)
	}
	return at, token, err
}

func (p *parser) value(depth int) (node, error) {
	at, token, err := p.token()
	if err != nil {
		return node{}, err
	}
	n := node{at: at, value: token}
	switch {
	case token != object && token != list:
		return n, nil
	case depth == maxDepth:
		return n, p.errorf(at, "too deep: more than %d levels", maxDepth)
	}
	names := p.once(exact)
	for p.decoder.More() {
		if err := p.member(&n, names, depth); err != nil {
			return n, err
		}
	}
	_, _, err = p.token()
	return n, err
}

// member adds the next member to an object or a list.
func (p *parser) member(to *node, names *once, depth int) error {
	var name string
	var nameAt int
	if to.value == object {
		at, token, err := p.token()
		if err != nil {
			return err
		}
		name, _ = token.(string) // the decoder takes nothing else
		nameAt = at
		if err := names.add(name, at); err != nil {
			return err
		}
	}
	member, err := p.value(depth + 1)
	member.name, member.nameAt = name, nameAt
	to.members = append(to.members, member)
	return err
}
