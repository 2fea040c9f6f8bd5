package tsql

import "strings"

// Precedence, from what binds least: + - & | ^; * / %; unary.
// https://learn.microsoft.com/sql/t-sql/language-elements/operator-precedence-transact-sql

// expr reads an expression that is a value.
func (p *parser) expr() Expr {
	defer p.deeper()()
	return p.value(p.sum)
}

// value reads what is a value wherever it stands.
func (p *parser) value(read func() Expr) Expr {
	outer := p.logical
	p.logical = false
	x := read()
	p.logical = outer
	return x
}

func (p *parser) sum() Expr { return p.leftToRight("+-&|^", p.product) }

func (p *parser) product() Expr { return p.leftToRight("*/%", p.unary) }

func (p *parser) leftToRight(operators string, operand func() Expr) Expr {
	left := operand()
	for n := 0; !holds(left); n++ {
		p.chain(n)
		t := p.peek()
		if t.Kind != Symbol || len(t.Text) != 1 || !strings.Contains(operators, t.Text) {
			return left
		}
		p.at++
		left = &Binary{t.Text, left, p.value(operand)}
	}
	return left
}

func (p *parser) unary() Expr {
	if t := p.peek(); t.Kind == Symbol && (t.Text == "-" || t.Text == "+" || t.Text == "~") {
		defer p.deeper()()
		p.at++
		return &Unary{t.Text, p.value(p.unary)}
	}
	x := p.primary()
	for !holds(x) && p.accept("COLLATE") {
		x = &Collate{x, p.collation()}
	}
	return x
}

func (p *parser) exprs() []Expr {
	var list []Expr
	p.list(func() { list = append(list, p.expr()) })
	return list
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
		if p.holdsQuery(0) {
			x = &Subquery{p.query()}
			return
		}
		if p.logical {
			x = p.or()
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
		if !p.logical {
			p.unexpected()
		}
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
	when := p.condition
	if !p.ahead("WHEN") {
		c.Operand = p.expr()
		when = p.expr
	}
	for p.accept("WHEN") {
		cond := when()
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
