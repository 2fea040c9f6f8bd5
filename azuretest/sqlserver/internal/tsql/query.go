package tsql

import (
	"slices"
	"strings"
)

// startsQuery reports whether a query begins here, perhaps in parentheses.
func (p *parser) startsQuery() bool {
	n := 0
	for p.look(n).symbol("(") {
		n++
	}
	return p.look(n).is("SELECT")
}

// holdsQuery reports whether parentheses with the token n after the next as their first
// hold a query, and not something else that begins with one, such as (SELECT 1) + 1.
func (p *parser) holdsQuery(n int) bool {
	open := 0 // of those it begins with
	for p.look(n).symbol("(") {
		n, open = n+1, open+1
	}
	if !p.look(n).is("SELECT") {
		return false
	}
	for depth := open; depth > 0 && p.look(n).Kind != End; n++ {
		switch t := p.look(n); {
		case t.symbol("("):
			depth++
		case t.symbol(")"):
			if depth--; depth < open && !p.look(n+1).endsQuery() {
				return false
			}
			open = min(open, depth)
		}
	}
	return true
}

// endsQuery reports whether a query in parentheses before a token is part of one around it.
func (t Token) endsQuery() bool {
	return t.Kind == End || t.symbol(")") || t.is("UNION") || t.is("EXCEPT") || t.is("INTERSECT") || t.is("ORDER")
}

// query reads a query with what comes after it.
func (p *parser) query() *Query {
	defer p.deeper()()
	q := &Query{Body: p.union()}
	q.OrderBy = p.orderBy()
	if p.ahead("FOR") && (p.look(1).is("JSON") || p.look(1).is("XML")) {
		p.at++
		p.notSupported("SELECT ... FOR")
	}
	if q.OrderBy == nil && p.look(0).is("OFFSET") {
		p.unexpected() // there is no order to count in
	}
	if p.accept("OFFSET") {
		q.Offset = p.expr()
		p.rows()
		if p.accept("FETCH") {
			if p.oneOf("NEXT", "FIRST") == "" {
				p.unexpected()
			}
			q.Fetch = p.expr()
			p.rows()
			p.expect("ONLY")
		}
	}
	return q
}

// maxRecursion is the most that MAXRECURSION may be.
const maxRecursion = 32767

// optionClause reads OPTION, which ends a statement. Of its hints MAXRECURSION alone changes
// what a statement does: it is noted with what may name itself.
func (p *parser) optionClause(with []CTE) {
	if !p.accept("OPTION") {
		return
	}
	p.inParens(func() {
		p.list(func() {
			if !p.accept("MAXRECURSION") {
				p.hint()
				return
			}
			n := p.integer()
			if n > maxRecursion {
				p.fail(310, "The value %d specified for the MAXRECURSION option exceeds the allowed maximum of %d.", n, maxRecursion)
			}
			for i := range with {
				with[i].MaxRecursion = n
			}
		})
	})
}

// hint passes over one hint of an OPTION.
func (p *parser) hint() {
	for first := p.at; p.at == first || !p.peek().symbol(",") && !p.peek().symbol(")"); {
		if p.peek().symbol("(") {
			p.skipParens()
			continue
		}
		if p.next().Kind == End {
			p.unexpected()
		}
	}
}

// wholeQuery reads a query that may begin with common table expressions.
func (p *parser) wholeQuery() *Query {
	with := p.with()
	q := p.query()
	q.With = with
	return q
}

func (p *parser) rows() {
	if p.oneOf("ROWS", "ROW") == "" {
		p.unexpected()
	}
}

// skipParens passes over hints.
func (p *parser) skipParens() {
	p.inParens(func() {
		for !p.peek().symbol(")") {
			if p.peek().symbol("(") {
				p.skipParens()
				continue
			}
			if p.next().Kind == End {
				p.unexpected()
			}
		}
	})
}

// defaultRecursion is MAXRECURSION where nothing is said about it.
const defaultRecursion = 100

func (p *parser) with() []CTE {
	if !p.accept("WITH") {
		return nil
	}
	var list []CTE
	p.list(func() {
		c := CTE{Name: p.identifier(), MaxRecursion: defaultRecursion}
		if p.peek().symbol("(") {
			c.Columns = p.names()
		}
		p.expect("AS")
		p.inParens(func() { c.Query = p.query() })
		list = append(list, c)
	})
	return list
}

// union reads queries with UNION and EXCEPT between them; INTERSECT binds stronger.
func (p *parser) union() Body {
	left := p.intersection()
	for n := 0; ; n++ {
		p.chain(n)
		op := p.oneOf("UNION", "EXCEPT")
		if op == "" {
			return left
		}
		if op == "UNION" && p.accept("ALL") {
			op = "UNION ALL"
		}
		left = &SetOperation{op, left, p.intersection()}
	}
}

func (p *parser) intersection() Body {
	left := p.queryTerm()
	for n := 0; p.accept("INTERSECT"); n++ {
		p.chain(n)
		left = &SetOperation{"INTERSECT", left, p.queryTerm()}
	}
	return left
}

func (p *parser) queryTerm() Body {
	if p.peek().symbol("(") {
		var q *Query
		p.inParens(func() { q = p.query() })
		return q
	}
	return p.selectBody()
}

func (p *parser) selectBody() *Select {
	p.expect("SELECT")
	s := &Select{Distinct: p.accept("DISTINCT")}
	if !s.Distinct {
		p.accept("ALL")
	}
	s.Top = p.top()
	p.list(func() { s.Items = append(s.Items, p.item()) })
	if p.accept("INTO") {
		s.Into = p.objectName()
	}
	if p.accept("FROM") {
		p.list(func() { s.From = append(s.From, p.source()) })
	}
	s.Where = p.where()
	if p.accept("GROUP", "BY") {
		s.GroupBy = p.exprs()
	}
	if p.accept("HAVING") {
		s.Having = p.condition()
	}
	return s
}

func (p *parser) where() Expr {
	if p.accept("WHERE") {
		return p.condition()
	}
	return nil
}

func (p *parser) top() *Top {
	if !p.accept("TOP") {
		return nil
	}
	t := &Top{}
	if p.peek().symbol("(") {
		p.inParens(func() { t.Count = p.expr() })
	} else {
		t.Count = p.primary()
	}
	t.Percent = p.accept("PERCENT")
	t.Ties = p.accept("WITH", "TIES")
	return t
}

// item reads one item of a SELECT: e, e AS name, e name, name = e, @x = e.
func (p *parser) item() Item {
	switch t := p.peek(); {
	case t.Kind == Variable && isAssignment(p.look(1)):
		p.at++
		op := p.next().Text
		return Item{Variable: strings.ToLower(t.Text), Op: op, Expr: p.expr()}
	case (t.name() || t.Kind == String) && p.look(1).symbol("="):
		p.at += 2
		return Item{Alias: t.Text, Expr: p.expr()}
	}
	i := Item{Expr: p.expr()}
	i.Alias = p.alias()
	return i
}

// alias reads a name for what comes before it, if there is one.
func (p *parser) alias() string {
	as := p.accept("AS")
	t := p.peek()
	switch {
	case t.Kind == String || t.Kind == National:
		p.at++
		return t.Text
	case as || t.name() && !p.startsClause():
		return p.identifier()
	}
	return ""
}

// startsClause reports whether the next word, which is not reserved, begins a clause.
func (p *parser) startsClause() bool {
	t := p.peek()
	return slices.ContainsFunc([]string{"OFFSET", "OUTPUT", "USING", "INTERSECT", "THROW"}, t.is) || t.is("GO") && p.look(1).Kind == End
}

func isAssignment(t Token) bool {
	if t.Kind != Symbol {
		return false
	}
	switch t.Text {
	case "=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=":
		return true
	}
	return false
}
