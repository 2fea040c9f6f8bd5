package engine

import (
	"slices"
	"strings"
)

// like is LIKE: % for any characters, _ for one, [a-z] and [^a-z] for one of a set.
// Case does not matter.
// https://learn.microsoft.com/sql/t-sql/language-elements/like-transact-sql
func like(s, pattern, escape string) bool {
	return match([]rune(fold(s)), parsePattern([]rune(fold(pattern)), []rune(fold(escape))))
}

// piece is what one place of a pattern matches.
type piece struct {
	any  bool // any number of characters
	one  bool // any one character
	char rune
	set  []rune // pairs of first and last
	not  bool
}

func parsePattern(p, escape []rune) []piece {
	var pieces []piece
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case len(escape) == 1 && c == escape[0] && i+1 < len(p):
			i++
			pieces = append(pieces, piece{char: p[i]})
		case c == '%':
			pieces = append(pieces, piece{any: true})
		case c == '_':
			pieces = append(pieces, piece{one: true})
		case c == '[' && strings.ContainsRune(string(p[i+1:]), ']'):
			end := i + 1 + indexRune(p[i+1:], ']')
			pieces = append(pieces, parseSet(p[i+1:end]))
			i = end
		default:
			pieces = append(pieces, piece{char: c})
		}
	}
	return pieces
}

func indexRune(s []rune, r rune) int {
	for i, c := range s {
		if c == r {
			return i
		}
	}
	return -1
}

func parseSet(s []rune) piece {
	var p piece
	if len(s) > 0 && s[0] == '^' {
		p.not, s = true, s[1:]
	}
	p.set = []rune{}
	for i := 0; i < len(s); i++ {
		if i+2 < len(s) && s[i+1] == '-' {
			p.set = append(p.set, s[i], s[i+2])
			i += 2
			continue
		}
		p.set = append(p.set, s[i], s[i])
	}
	return p
}

func (p piece) matches(c rune) bool {
	if p.set == nil {
		return p.one || p.char == c
	}
	in := false
	for i := 0; i < len(p.set); i += 2 {
		in = in || c >= p.set[i] && c <= p.set[i+1]
	}
	return in != p.not
}

// patternIndex is PATINDEX: where in a text a pattern begins to match, from 1 on, or 0.
// Whatever can follow behind a later place can follow behind the first one, so that no
// other need be tried.
func patternIndex(pattern, s string) int {
	p, text := parsePattern([]rune(fold(pattern)), nil), []rune(fold(s))
	head := slices.IndexFunc(p, func(one piece) bool { return !one.any })
	switch {
	case head <= 0 && !match(text, p):
		return 0
	case head <= 0:
		return 1
	}
	p = p[head:]
	end := slices.IndexFunc(p, func(one piece) bool { return one.any })
	if end < 0 { // it must match at the end
		from := len(text) - len(p)
		if from < 0 || !match(text[from:], p) {
			return 0
		}
		return from + 1
	}
	for i := 0; i+end <= len(text); i++ {
		if match(text[i:i+end], p[:end]) {
			if match(text[i+end:], p[end:]) {
				return i + 1
			}
			return 0
		}
	}
	return 0
}

// match goes back to the last % only, which is enough and never takes long.
func match(s []rune, pieces []piece) bool {
	at, resume, from := 0, -1, 0
	for i := 0; i < len(s); {
		switch {
		case at < len(pieces) && pieces[at].any:
			resume, from = at+1, i
			at++
		case at < len(pieces) && pieces[at].matches(s[i]):
			at++
			i++
		case resume >= 0:
			from++
			at, i = resume, from
		default:
			return false
		}
	}
	for at < len(pieces) && pieces[at].any {
		at++
	}
	return at == len(pieces)
}
