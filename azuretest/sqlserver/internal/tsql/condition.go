package tsql

// What is true or false is no value in T-SQL: it stands behind WHERE, ON, IF and the like
// alone. Precedence, from what binds least: OR; AND; NOT; comparisons.
// https://learn.microsoft.com/sql/t-sql/language-elements/operator-precedence-transact-sql

// condition reads what is true or false.
func (p *parser) condition() Expr {
	defer p.deeper()()
	outer := p.logical
	p.logical = true
	x := p.or()
	p.logical = outer
	return p.hold(x)
}

// hold refuses a value in the place of a condition.
func (p *parser) hold(x Expr) Expr {
	if !holds(x) {
		near := p.peek()
		if near.Kind == End && p.at > 0 {
			near = p.tokens[p.at-1]
		}
		p.fail(4145, "An expression of non-boolean type specified in a context where a condition is expected, near '%s'.", clip(near.Text))
	}
	return x
}

// holds reports whether an expression is a condition.
func holds(x Expr) bool {
	switch x := x.(type) {
	case *IsNull, *Between, *In, *Like, *Exists:
		return true
	case *Unary:
		return x.Op == "NOT"
	case *Binary:
		return x.Op == "AND" || x.Op == "OR" || isComparison(x.Op)
	}
	return false
}

// or reads a condition, or a value that it ends with: what stands in parentheses may be
// either, which only shows behind them.
func (p *parser) or() Expr {
	left := p.and()
	for n := 0; p.ahead("OR"); n++ {
		p.chain(n)
		p.hold(left)
		p.at++
		left = &Binary{"OR", left, p.hold(p.and())}
	}
	return left
}

func (p *parser) and() Expr {
	left := p.not()
	for n := 0; p.ahead("AND"); n++ {
		p.chain(n)
		p.hold(left)
		p.at++
		left = &Binary{"AND", left, p.hold(p.not())}
	}
	return left
}

func (p *parser) not() Expr {
	if p.accept("NOT") {
		defer p.deeper()()
		return &Unary{"NOT", p.hold(p.not())}
	}
	return p.comparison()
}

func (p *parser) comparison() Expr {
	left := p.sum()
	t := p.peek()
	switch {
	case holds(left):
		return left
	case t.Kind == Symbol && isComparison(t.Text):
		p.at++
		if all := p.oneOf("ALL", "ANY", "SOME"); all != "" {
			return p.quantified(left, comparison(t.Text), all == "ALL")
		}
		return &Binary{comparison(t.Text), left, p.value(p.sum)}
	case p.accept("IS"):
		not := p.accept("NOT")
		p.expect("NULL")
		return &IsNull{left, not}
	}
	not := p.ahead("NOT") && (p.look(1).is("IN") || p.look(1).is("LIKE") || p.look(1).is("BETWEEN"))
	if not {
		p.at++
	}
	return p.predicate(left, not)
}

// quantified reads the query behind ANY or ALL, where that is IN or NOT IN.
func (p *parser) quantified(left Expr, op string, all bool) Expr {
	if op != "<>" && all || op != "=" && !all {
		p.at--
		p.notSupported(op)
	}
	in := &In{X: left, Not: all}
	p.inParens(func() { in.Query = p.query() })
	return in
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

// predicate reads IN, LIKE or BETWEEN behind what they are about, if there is one.
func (p *parser) predicate(x Expr, not bool) Expr {
	switch {
	case p.accept("IN"):
		in := &In{X: x, Not: not}
		p.inParens(func() {
			if p.holdsQuery(0) {
				in.Query = p.query()
				return
			}
			in.List = p.exprs()
		})
		return in
	case p.accept("LIKE"):
		like := &Like{X: x, Pattern: p.value(p.sum), Not: not}
		if p.accept("ESCAPE") {
			like.Escape = p.value(p.sum)
		}
		return like
	case p.accept("BETWEEN"):
		b := &Between{X: x, Not: not, Low: p.value(p.sum)}
		p.expect("AND")
		b.High = p.value(p.sum)
		return b
	}
	return x
}
