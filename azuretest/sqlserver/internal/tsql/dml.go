package tsql

import "strings"

func (p *parser) insert(with []CTE) Stmt {
	p.expect("INSERT")
	p.accept("INTO")
	s := &Insert{With: with, Table: p.objectName()}
	if p.peek().symbol("(") && !p.startsQuery() {
		s.Columns = p.names()
	}
	s.Output = p.output()
	switch {
	case p.accept("DEFAULT", "VALUES"):
	case p.accept("VALUES"):
		s.Rows = p.valueRows()
	default:
		s.Query = p.query()
	}
	return s
}

// output reads OUTPUT if it is next. What is inserted or deleted is named by them.
func (p *parser) output() []Item {
	if !p.accept("OUTPUT") {
		return nil
	}
	var items []Item
	p.list(func() { items = append(items, p.item()) })
	if p.ahead("INTO") {
		p.fail(40510, "Statement 'OUTPUT INTO' is not supported in this version of SQL Server.")
	}
	return items
}

func (p *parser) update(with []CTE) Stmt {
	p.expect("UPDATE")
	s := &Update{With: with, Top: p.top(), Target: p.objectName()}
	if p.ahead("WITH") {
		p.at++
		p.skipParens()
	}
	p.expect("SET")
	s.Set = p.assignments()
	s.Output = p.output()
	if p.accept("FROM") {
		p.list(func() { s.From = append(s.From, p.source()) })
	}
	s.Where = p.where()
	return s
}

func (p *parser) assignments() []Assignment {
	var list []Assignment
	p.list(func() {
		a := Assignment{}
		if t := p.peek(); t.Kind == Variable {
			p.at++
			a.Variable = strings.ToLower(t.Text)
			if p.peek().symbol("=") && p.look(1).name() && isAssignment(p.look(2)) {
				p.at++ // @a = b = 1
			}
		}
		if a.Variable == "" || p.peek().name() {
			a.Column = p.objectName().Last()
		}
		if !isAssignment(p.peek()) {
			p.unexpected()
		}
		a.Op = p.next().Text
		a.Value = p.expr()
		list = append(list, a)
	})
	return list
}

func (p *parser) delete(with []CTE) Stmt {
	p.expect("DELETE")
	s := &Delete{With: with, Top: p.top()}
	p.accept("FROM")
	s.Target = p.objectName()
	s.Output = p.output()
	if p.accept("FROM") {
		p.list(func() { s.From = append(s.From, p.source()) })
	}
	s.Where = p.where()
	return s
}

func (p *parser) merge(with []CTE) Stmt {
	p.expect("MERGE")
	p.accept("INTO")
	s := &Merge{With: with, Target: &Table{Name: p.objectName()}}
	if p.ahead("WITH") {
		p.at++
		p.skipParens()
	}
	s.Target.Alias = p.alias()
	p.expect("USING")
	s.Using = p.sourceTerm()
	p.expect("ON")
	s.On = p.condition()
	for p.accept("WHEN") {
		s.Whens = append(s.Whens, p.mergeWhen())
	}
	s.Output = p.output()
	return s
}

func (p *parser) mergeWhen() MergeWhen {
	w := MergeWhen{Matched: !p.accept("NOT")}
	p.expect("MATCHED")
	if !w.Matched && p.accept("BY") {
		w.BySource = p.oneOf("SOURCE", "TARGET") == "SOURCE"
	}
	if p.accept("AND") {
		w.And = p.condition()
	}
	p.expect("THEN")
	switch {
	case p.accept("DELETE"):
		w.Delete = true
	case p.accept("UPDATE", "SET"):
		w.Set = p.assignments()
	case p.accept("INSERT"):
		if p.peek().symbol("(") {
			w.Columns = p.names()
		}
		p.expect("VALUES")
		p.inParens(func() { w.Values = p.exprs() })
	default:
		p.unexpected()
	}
	return w
}
