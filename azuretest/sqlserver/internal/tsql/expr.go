package tsql

import "strings"

// Precedence, from what binds least: OR; AND; NOT; comparisons; + - & | ^; * / %; unary.
// https://learn.microsoft.com/sql/t-sql/language-elements/operator-precedence-transact-sql

// expr reads an expression, conditions included.
func (p *parser) expr() Expr {
	defer p.deeper()()
	left := p.and()
	for n := 0; p.accept("OR"); n++ {
		p.chain(n)
		left = &Binary{"OR", left, p.and()}
	}
	return left
}

func (p *parser) and() Expr {
	left := p.not()
	for n := 0; p.accept("AND"); n++ {
		p.chain(n)
		left = &Binary{"AND", left, p.not()}
	}
	return left
}

func (p *parser) not() Expr {
	if p.accept("NOT") {
		defer p.deeper()()
		return &Unary{"NOT", p.not()}
	}
	return p.comparison()
}

func (p *parser) comparison() Expr {
	left := p.sum()
	for n := 0; ; n++ {
		p.chain(n)
		t := p.peek()
		switch {
		case t.Kind == Symbol && isComparison(t.Text):
			p.at++
			left = &Binary{comparison(t.Text), left, p.sum()}
		case p.accept("IS"):
			not := p.accept("NOT")
			p.expect("NULL")
			left = &IsNull{left, not}
		default:
			not := p.ahead("NOT") && (p.look(1).is("IN") || p.look(1).is("LIKE") || p.look(1).is("BETWEEN"))
			if not {
				p.at++
			}
			right := p.predicate(left, not)
			if right == nil {
				return left
			}
			left = right
		}
	}
}

func isComparison(op string) bool {
	switch op {
	case "=", "<>", "!=", "<", ">", "<=", ">=", "!<", "!>":
		return true
	}
	return false
}

// comparison returns an operator as everybody writes it.
func comparison(op string) string {
	switch op {
	case "!=":
		return "<>"
	case "!<":
		return ">="
	case "!>":
		return "<="
	}
	return op
}

// predicate reads IN, LIKE or BETWEEN behind what they are about; it is nil if there
// is none.
func (p *parser) predicate(x Expr, not bool) Expr {
	switch {
	case p.accept("IN"):
		in := &In{X: x, Not: not}
		p.inParens(func() {
			if p.startsQuery() {
				in.Query = p.query()
				return
			}
			in.List = p.exprs()
		})
		return in
	case p.accept("LIKE"):
		like := &Like{X: x, Pattern: p.sum(), Not: not}
		if p.accept("ESCAPE") {
			like.Escape = p.sum()
		}
		return like
	case p.accept("BETWEEN"):
		b := &Between{X: x, Not: not, Low: p.sum()}
		p.expect("AND")
		b.High = p.sum()
		return b
	}
	return nil
}

func (p *parser) exprs() []Expr {
	var list []Expr
	p.list(func() { list = append(list, p.expr()) })
	return list
}

func (p *parser) sum() Expr { return p.leftToRight("+-&|^", p.product) }

func (p *parser) product() Expr { return p.leftToRight("*/%", p.unary) }

func (p *parser) leftToRight(operators string, operand func() Expr) Expr {
	left := operand()
	for n := 0; ; n++ {
		p.chain(n)
		t := p.peek()
		if t.Kind != Symbol || len(t.Text) != 1 || !strings.Contains(operators, t.Text) {
			return left
		}
		p.at++
		left = &Binary{t.Text, left, operand()}
	}
}

func (p *parser) unary() Expr {
	if t := p.peek(); t.Kind == Symbol && (t.Text == "-" || t.Text == "+" || t.Text == "~") {
		defer p.deeper()()
		p.at++
		return &Unary{t.Text, p.unary()}
	}
	x := p.primary()
	for p.accept("COLLATE") {
		x = &Collate{x, p.identifier()}
	}
	return x
}

func (p *parser) primary() Expr {
	t := p.peek()
	switch t.Kind {
	case String, National, Integer, Number, Float, Money, Hex:
		p.at++
		return &Literal{t.Kind, t.Text}
	case Variable:
		p.at++
		return &Var{strings.ToLower(t.Text)}
	case System:
		p.at++
		return &SystemVar{strings.ToUpper(t.Text)}
	case Symbol:
		switch t.Text {
		case "*":
			p.at++
			return &Star{}
		case "(":
			return p.parenthesized()
		}
	case Word:
		if x := p.keywordExpr(); x != nil {
			return x
		}
		return p.reference()
	case Quoted:
		return p.reference()
	}
	p.unexpected()
	return nil
}

func (p *parser) parenthesized() Expr {
	var x Expr
	p.inParens(func() {
		if p.startsQuery() {
			x = &Subquery{p.query()}
			return
		}
		x = p.expr()
	})
	return x
}

// keywordExpr reads an expression that begins with a keyword, or returns nil.
func (p *parser) keywordExpr() Expr {
	t := p.peek()
	call := p.look(1).symbol("(")
	switch word := strings.ToUpper(t.Text); word {
	case "NULL":
		p.at++
		return &Literal{Kind: End}
	case "DEFAULT":
		p.at++
		return &Default{}
	case "CASE":
		return p.caseExpr()
	case "EXISTS":
		p.at++
		e := &Exists{}
		p.inParens(func() { e.Query = p.query() })
		return e
	case "CAST", "TRY_CAST":
		if call {
			return p.cast(word == "TRY_CAST")
		}
	case "CONVERT", "TRY_CONVERT":
		if call {
			return p.convert(word == "TRY_CONVERT")
		}
	case "CURRENT_TIMESTAMP", "CURRENT_USER", "SESSION_USER", "SYSTEM_USER", "USER":
		p.at++
		return &SystemVar{word}
	case "COALESCE", "NULLIF", "LEFT", "RIGHT":
		if call {
			p.at++
			return p.call([]string{word})
		}
	}
	return nil
}

func (p *parser) caseExpr() Expr {
	defer p.deeper()()
	p.expect("CASE")
	c := &Case{}
	if !p.ahead("WHEN") {
		c.Operand = p.expr()
	}
	for p.accept("WHEN") {
		cond := p.expr()
		p.expect("THEN")
		c.Whens = append(c.Whens, When{cond, p.expr()})
	}
	if p.accept("ELSE") {
		c.Else = p.expr()
	}
	if c.Whens == nil {
		p.unexpected()
	}
	p.expect("END")
	return c
}

func (p *parser) cast(try bool) Expr {
	p.at++
	c := &Cast{Try: try}
	p.inParens(func() {
		c.X = p.expr()
		p.expect("AS")
		c.Type = p.typeName()
	})
	return c
}

func (p *parser) convert(try bool) Expr {
	p.at++
	c := &Cast{Try: try}
	p.inParens(func() {
		c.Type = p.typeName()
		p.expectSymbol(",")
		c.X = p.expr()
		if p.acceptSymbol(",") {
			c.Style = p.expr()
		}
	})
	return c
}

// reference reads a column, t.*, or a call of a function.
func (p *parser) reference() Expr {
	parts := []string{p.identifier()}
	for p.acceptSymbol(".") {
		if p.acceptSymbol("*") {
			return &Star{parts}
		}
		parts = append(parts, p.identifier())
	}
	if p.peek().symbol("(") {
		return p.call(parts)
	}
	return &Ref{parts}
}
