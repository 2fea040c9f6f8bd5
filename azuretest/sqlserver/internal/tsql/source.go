package tsql

import "strings"

// source reads what stands between the commas of FROM: tables and joins.
func (p *parser) source() Source {
	left := p.sourceTerm()
	for n := 0; ; n++ {
		p.chain(n)
		kind := p.joinKind()
		if kind == "" {
			return left
		}
		j := &Join{Kind: kind, L: left, R: p.sourceTerm()}
		if kind != "CROSS" {
			if p.joinAhead() { // a JOIN b JOIN c ON ... ON ...
				j.R = p.nested(j.R)
			}
			p.expect("ON")
			j.On = p.condition()
		}
		left = j
	}
}

// nested reads joins that come before the ON of an earlier one.
func (p *parser) nested(left Source) Source {
	defer p.deeper()()
	for p.joinAhead() {
		j := &Join{Kind: p.joinKind(), L: left, R: p.sourceTerm()}
		if j.Kind != "CROSS" {
			j.R = p.nested(j.R)
			p.expect("ON")
			j.On = p.condition()
		}
		left = j
	}
	return left
}

func (p *parser) joinAhead() bool {
	at := p.at
	kind := p.joinKind()
	p.at = at
	return kind != ""
}

// joinKind reads the keywords of a join.
func (p *parser) joinKind() string {
	switch {
	case p.ahead("CROSS", "APPLY"), p.ahead("OUTER", "APPLY"):
		p.notSupported(strings.ToUpper(p.next().Text))
	case p.ahead("PIVOT"), p.ahead("UNPIVOT"), p.ahead("TABLESAMPLE"):
		p.notSupported("FROM ...")
	case p.accept("JOIN"), p.accept("INNER", "JOIN"):
		return "INNER"
	case p.accept("CROSS", "JOIN"):
		return "CROSS"
	}
	for _, kind := range []string{"LEFT", "RIGHT", "FULL"} {
		if p.accept(kind, "JOIN") || p.accept(kind, "OUTER", "JOIN") {
			return kind
		}
	}
	return ""
}

func (p *parser) sourceTerm() Source {
	defer p.deeper()()
	if !p.peek().symbol("(") {
		return p.table()
	}
	if p.holdsQuery(1) || p.look(1).is("VALUES") {
		return p.derived()
	}
	var s Source
	p.inParens(func() { s = p.source() })
	return s
}

func (p *parser) derived() Source {
	d := &Derived{}
	p.inParens(func() {
		if p.accept("VALUES") {
			d.Rows = p.valueRows()
			return
		}
		d.Query = p.query()
	})
	d.Alias = p.alias()
	if p.peek().symbol("(") {
		d.Columns = p.names()
	}
	return d
}

// valueRows reads (1, 2), (3, 4) behind VALUES.
func (p *parser) valueRows() [][]Expr {
	var rows [][]Expr
	p.list(func() {
		p.inParens(func() { rows = append(rows, p.exprs()) })
	})
	return rows
}

// table reads the name of a table, or a function, with alias and hints.
func (p *parser) table() Source {
	if p.peek().Kind == Variable {
		p.fail(1087, "Must declare the table variable \"%s\".", clip(p.peek().Text))
	}
	name := p.objectName()
	if p.peek().symbol("(") && !p.hints() {
		f := &Function{Name: name}
		p.inParens(func() {
			if !p.peek().symbol(")") {
				f.Args = p.exprs()
			}
		})
		f.Alias = p.alias()
		return f
	}
	t := &Table{Name: name, Alias: p.alias()}
	if p.ahead("WITH") && p.look(1).symbol("(") {
		p.at++
		p.skipParens()
	} else if p.hints() {
		p.skipParens()
	}
	return t
}

// hints reports whether a parenthesis holds hints without a WITH before it: (NOLOCK).
func (p *parser) hints() bool {
	if !p.peek().symbol("(") {
		return false
	}
	for _, hint := range []string{"NOLOCK", "READUNCOMMITTED", "UPDLOCK", "HOLDLOCK", "ROWLOCK", "READPAST", "TABLOCK"} {
		if p.look(1).is(hint) {
			return true
		}
	}
	return false
}
