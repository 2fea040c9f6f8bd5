package tsql

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SyntaxError says what cannot be read, as the real server says it.
type SyntaxError struct {
	Number  int32
	Line    int32
	Message string
}

// Error returns the message.
func (e *SyntaxError) Error() string { return e.Message }

// maxTokens bounds the memory that a batch takes.
const maxTokens = 25_000

// lexer makes tokens of a text.
type lexer struct {
	text string
	at   int
	line int32
}

// Tokens returns the tokens of a text, the last of which is an End.
func Tokens(text string) ([]Token, error) {
	x := &lexer{text: text, line: 1}
	var tokens []Token
	for {
		t, err := x.next()
		if err != nil {
			return nil, err
		}
		if tokens = append(tokens, t); t.Kind == End {
			return tokens, nil
		}
		if len(tokens) > maxTokens {
			return nil, &SyntaxError{8623, t.Line, "The query processor ran out of internal resources and could not produce a query plan. " +
				"This is a rare event and only expected for extremely complex queries. Please simplify the query."}
		}
	}
}

func (x *lexer) rest() string { return x.text[x.at:] }

func (x *lexer) next() (Token, error) {
	if err := x.skip(); err != nil {
		return Token{}, err
	}
	start, line := x.at, x.line
	rest := x.rest()
	if rest == "" {
		return Token{Kind: End, Line: line}, nil
	}
	kind, text, err := x.token(rest)
	if err != nil {
		return Token{}, err
	}
	for range strings.Count(x.text[start:x.at], "\n") {
		x.line++
	}
	return Token{Kind: kind, Text: text, Line: line, from: start, to: x.at}, nil
}

// token reads the token that rest begins with.
func (x *lexer) token(rest string) (Kind, string, error) {
	first, _ := utf8.DecodeRuneInString(rest)
	switch {
	case first == '\'':
		text, err := x.quoted('\'', 0)
		return String, text, err
	case (first == 'N' || first == 'n') && strings.HasPrefix(rest[1:], "'"):
		text, err := x.quoted('\'', 1)
		return National, text, err
	case first == '"':
		text, err := x.quoted('"', 0)
		return Quoted, text, err
	case first == '[':
		text, err := x.quoted(']', 0)
		return Quoted, text, err
	case strings.HasPrefix(rest, "@@"):
		return System, "@@" + x.word(2), nil
	case first == '@':
		return Variable, "@" + x.word(1), nil
	case isDigit(rest) || first == '.' && isDigit(rest[1:]) || first == '$':
		kind, text := x.number(rest)
		return kind, text, nil
	case isNameStart(first):
		return Word, x.word(0), nil
	}
	return Symbol, x.operator(rest), nil
}

// skip passes over blanks and comments. Comments of one kind nest.
func (x *lexer) skip() error {
	for {
		rest := x.rest()
		first, size := utf8.DecodeRuneInString(rest)
		switch {
		case rest == "":
			return nil
		case unicode.IsSpace(first) || first == 0 || first == '\uFEFF':
			if first == '\n' {
				x.line++
			}
			x.at += size
		case strings.HasPrefix(rest, "--"):
			if end := strings.IndexByte(rest, '\n'); end >= 0 {
				x.at += end
			} else {
				x.at = len(x.text)
			}
		case strings.HasPrefix(rest, "/*"):
			if err := x.comment(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

func (x *lexer) comment() error {
	line, depth := x.line, 0
	for x.at < len(x.text) {
		rest := x.rest()
		switch {
		case strings.HasPrefix(rest, "/*"):
			depth++
			x.at += 2
		case strings.HasPrefix(rest, "*/"):
			depth--
			if x.at += 2; depth == 0 {
				return nil
			}
		default:
			if rest[0] == '\n' {
				x.line++
			}
			x.at++
		}
	}
	return &SyntaxError{113, line, "Missing end comment mark '*/'."}
}

// quoted reads up to the closing quote, which stands for itself if it comes twice.
func (x *lexer) quoted(end byte, prefix int) (string, error) {
	body := x.rest()[prefix+1:]
	for i := 0; i < len(body); i++ {
		if body[i] != end {
			continue
		}
		if i+1 < len(body) && body[i+1] == end {
			i++
			continue
		}
		x.at += prefix + 1 + i + 1
		one := string(end)
		return strings.ReplaceAll(body[:i], one+one, one), nil
	}
	return "", &SyntaxError{105, x.line, fmt.Sprintf("Unclosed quotation mark after the character string '%s'.", clip(body))}
}

// clip shortens a piece of text for a message.
func clip(text string) string {
	const most = 64
	for i := range text {
		if i >= most {
			return text[:i]
		}
	}
	return text
}

// word reads a name behind a prefix.
func (x *lexer) word(prefix int) string {
	body := x.rest()[prefix:]
	end := len(body)
	for i, r := range body {
		if !isNameStart(r) && (r < '0' || r > '9') && r != '@' && r != '$' {
			end = i
			break
		}
	}
	x.at += prefix + end
	return body[:end]
}

func isNameStart(r rune) bool { return r == '_' || r == '#' || unicode.IsLetter(r) }

func isDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// number reads a number: 1, 1.5, .5, 1e3, 0xFF, $1.5.
func (x *lexer) number(rest string) (Kind, string) {
	if len(rest) > 1 && (rest[:2] == "0x" || rest[:2] == "0X") {
		end := 2 + span(rest[2:], func(c byte) bool { return isHex(c) })
		x.at += end
		return Hex, rest[2:end]
	}
	const action = "$action" // of MERGE
	if len(rest) >= len(action) && strings.EqualFold(rest[:len(action)], action) {
		x.at += len(action)
		return Word, action
	}
	money := rest[0] == '$'
	if money {
		x.at++
		rest = rest[1:]
	}
	digits := func(from int) int {
		return from + span(rest[from:], func(c byte) bool { return c >= '0' && c <= '9' })
	}
	kind, end := Integer, digits(0)
	if strings.HasPrefix(rest[end:], ".") {
		kind, end = Number, digits(end+1)
	}
	if exponent := exponentLen(rest[end:]); exponent > 0 {
		kind, end = Float, digits(end+exponent)
	}
	if money {
		kind = Money
	}
	x.at += end
	return kind, rest[:end]
}

// exponentLen returns the length of an exponent's beginning: e, e+ or e-.
func exponentLen(rest string) int {
	if rest == "" || rest[0] != 'e' && rest[0] != 'E' {
		return 0
	}
	if len(rest) > 1 && (rest[1] == '+' || rest[1] == '-') {
		return 2
	}
	return 1
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func span(s string, in func(byte) bool) int {
	for i := range len(s) {
		if !in(s[i]) {
			return i
		}
	}
	return len(s)
}

// operator reads the longest operator.
func (x *lexer) operator(rest string) string {
	for _, op := range []string{"<>", "<=", ">=", "!=", "!<", "!>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "::"} {
		if strings.HasPrefix(rest, op) {
			x.at += 2
			return op
		}
	}
	_, size := utf8.DecodeRuneInString(rest)
	x.at += size
	return rest[:size]
}
