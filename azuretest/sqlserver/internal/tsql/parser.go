package tsql

import (
	"fmt"
	"slices"
	"strings"
)

// Limits of what is read, beyond which the real server has an error too.
const (
	maxDepth = 128
	maxChain = 2000 // operators of one kind in a row
)

// parser makes statements of tokens.
type parser struct {
	text    string
	tokens  []Token
	at      int
	depth   int
	logical bool // a condition may stand in parentheses here
}

// failure carries a SyntaxError up to where parsing began.
type failure struct{ err *SyntaxError }

// run calls parse on the tokens of a text.
func run(text string, parse func(*parser)) (err error) {
	tokens, err := Tokens(text)
	if err != nil {
		return err
	}
	defer func() {
		r := recover()
		if f, ok := r.(failure); ok {
			err = f.err
		} else if r != nil {
			panic(r)
		}
	}()
	parse(&parser{text: text, tokens: tokens})
	return nil
}

func (p *parser) peek() Token { return p.tokens[p.at] }

// look returns the token n after the next.
func (p *parser) look(n int) Token {
	return p.tokens[min(p.at+n, len(p.tokens)-1)]
}

func (p *parser) next() Token {
	t := p.tokens[p.at]
	if t.Kind != End {
		p.at++
	}
	return t
}

func (p *parser) fail(number int32, format string, args ...any) {
	panic(failure{&SyntaxError{number, p.peek().Line, fmt.Sprintf(format, args...)}})
}

// unexpected says that the next token cannot stand here.
func (p *parser) unexpected() {
	t := p.peek()
	switch {
	case t.Kind == End && p.at > 0:
		p.fail(102, "Incorrect syntax near '%s'.", clip(p.tokens[p.at-1].Text))
	case t.Kind == Word && reserved(t.Text):
		p.fail(156, "Incorrect syntax near the keyword '%s'.", strings.ToUpper(t.Text))
	default:
		p.fail(102, "Incorrect syntax near '%s'.", clip(t.Text))
	}
}

// deeper guards against nesting that would exhaust the stack.
func (p *parser) deeper() func() {
	if p.depth++; p.depth > maxDepth {
		p.fail(191, "Some part of your SQL statement is nested too deeply. Rewrite the query or break it up into smaller queries.")
	}
	return func() { p.depth-- }
}

// chain guards against a row of operators, which becomes as deep a tree.
func (p *parser) chain(n int) {
	if n > maxChain {
		p.depth = maxDepth
		p.deeper()
	}
}

// accept passes over these keywords if they are next, in this order.
func (p *parser) accept(keywords ...string) bool {
	if !p.ahead(keywords...) {
		return false
	}
	p.at += len(keywords)
	return true
}

// ahead reports whether these keywords are next, in this order.
func (p *parser) ahead(keywords ...string) bool {
	for i, k := range keywords {
		if !p.look(i).is(k) {
			return false
		}
	}
	return true
}

// oneOf passes over one of these keywords and returns it, or "".
func (p *parser) oneOf(keywords ...string) string {
	t := p.peek()
	if i := slices.IndexFunc(keywords, t.is); i >= 0 {
		p.at++
		return keywords[i]
	}
	return ""
}

func (p *parser) expect(keywords ...string) {
	for _, k := range keywords {
		if !p.accept(k) {
			p.unexpected()
		}
	}
}

func (p *parser) acceptSymbol(s string) bool {
	if !p.peek().symbol(s) {
		return false
	}
	p.at++
	return true
}

func (p *parser) expectSymbol(s string) {
	if !p.acceptSymbol(s) {
		p.unexpected()
	}
}

// list reads items with commas between.
func (p *parser) list(item func()) {
	for item(); p.acceptSymbol(","); {
		item()
	}
}

// inParens reads what stands in parentheses.
func (p *parser) inParens(what func()) {
	defer p.deeper()()
	p.expectSymbol("(")
	what()
	p.expectSymbol(")")
}

// maxName is how long a name may be, in characters.
const maxName = 128

// identifier reads one name.
func (p *parser) identifier() string {
	t := p.peek()
	if !t.name() {
		p.unexpected()
	}
	if t.Text == "" {
		p.fail(1038, "An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name. "+
			"For other statements, look for empty alias names. Aliases defined as \"\" or [] are not allowed. Change the alias to a valid name.")
	}
	if len([]rune(t.Text)) > maxName {
		p.fail(103, "The identifier that starts with '%s' is too long. Maximum length is %d.", clip(t.Text), maxName)
	}
	p.at++
	return t.Text
}

// objectName reads a name of up to four parts. Parts in the middle may be empty.
func (p *parser) objectName() Name {
	name := Name{p.identifier()}
	for p.acceptSymbol(".") {
		if p.peek().symbol(".") {
			name = append(name, "")
			continue
		}
		name = append(name, p.identifier())
	}
	if len(name) > 4 {
		p.fail(117, "The object name '%s' contains more than the maximum number of prefixes. The maximum is 3.", clip(strings.Join(name, ".")))
	}
	return name
}

// names reads a list of names in parentheses.
func (p *parser) names() []string {
	var list []string
	p.inParens(func() {
		p.list(func() { list = append(list, p.identifier()) })
	})
	return list
}

// written returns the text from a token on, as far as it is read.
func (p *parser) written(first int) string {
	return p.text[p.tokens[first].from:p.tokens[p.at-1].to]
}

// stringText reads a string.
func (p *parser) stringText() string {
	t := p.peek()
	if t.Kind != String && t.Kind != National {
		p.unexpected()
	}
	p.at++
	return t.Text
}
