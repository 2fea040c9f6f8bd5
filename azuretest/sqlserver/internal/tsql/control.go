package tsql

import (
	"strings"
	"time"
)

// Parse reads a batch.
func Parse(text string) (batch []At, err error) {
	err = run(text, func(p *parser) {
		for {
			for p.acceptSymbol(";") || p.accept("GO") {
			}
			if p.peek().Kind == End {
				return
			}
			batch = append(batch, p.statement())
		}
	})
	return batch, err
}

// ParseDeclarations reads the parameters of sp_executesql: @a int, @b nvarchar(50) OUTPUT.
func ParseDeclarations(text string) (list []Declaration, err error) {
	err = run(text, func(p *parser) {
		if p.peek().Kind != End {
			p.list(func() { list = append(list, p.declaration()) })
		}
		p.finish()
	})
	return list, err
}

// ParseExpr reads a value that stands alone.
func ParseExpr(text string) (x Expr, err error) {
	err = run(text, func(p *parser) {
		x = p.expr()
		p.finish()
	})
	return x, err
}

// ParseCondition reads a condition that stands alone.
func ParseCondition(text string) (x Expr, err error) {
	err = run(text, func(p *parser) {
		x = p.condition()
		p.finish()
	})
	return x, err
}

// ParseQuery reads a query that stands alone.
func ParseQuery(text string) (q *Query, err error) {
	err = run(text, func(p *parser) {
		q = p.wholeQuery()
		p.finish()
	})
	return q, err
}

// ParseName reads an object's name, such as [dbo].[Employees].
func ParseName(text string) (n Name, err error) {
	err = run(text, func(p *parser) {
		n = p.objectName()
		p.finish()
	})
	return n, err
}

func (p *parser) finish() {
	if p.peek().Kind != End {
		p.unexpected()
	}
}

func (p *parser) statement() At {
	defer p.deeper()()
	line := p.peek().Line
	s := p.statementBody()
	for p.acceptSymbol(";") {
	}
	return At{line, s}
}

func (p *parser) statementBody() Stmt {
	t := p.peek()
	if t.symbol("(") && p.startsQuery() {
		return p.manipulation()
	}
	if t.Kind == Word {
		if s := p.keywordStmt(strings.ToUpper(t.Text)); s != nil {
			return s
		}
	}
	if t.Kind == Quoted || p.at == 0 && t.name() {
		return p.exec() // a procedure without EXEC, as the first of a batch
	}
	p.unexpected()
	return nil
}

// keywordStmt reads a statement that begins with a keyword; it is nil if there is none.
func (p *parser) keywordStmt(keyword string) Stmt {
	switch keyword {
	case "SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE":
		return p.manipulation()
	case "CREATE", "ALTER", "DROP", "TRUNCATE", "GRANT", "DENY", "REVOKE":
		return p.definition()
	case "BEGIN", "COMMIT", "ROLLBACK", "SAVE":
		return p.blockOrTransaction()
	case "IF", "WHILE", "RETURN", "BREAK", "CONTINUE":
		return p.flow()
	case "DECLARE", "SET":
		return p.declareOrSet()
	case "EXEC", "EXECUTE":
		return p.exec()
	case "PRINT":
		p.at++
		return &Print{p.expr()}
	case "RAISERROR", "THROW":
		return p.raise()
	case "WAITFOR":
		return p.waitFor()
	case "USE":
		p.at++
		return &Use{p.identifier()}
	}
	return nil
}

func (p *parser) manipulation() Stmt {
	with := p.with()
	s := p.manipulate(with)
	p.optionClause(with)
	if _, ok := s.(*Merge); ok && !p.peek().symbol(";") {
		p.fail(10713, "A MERGE statement must be terminated by a semi-colon (;).")
	}
	return s
}

func (p *parser) manipulate(with []CTE) Stmt {
	switch {
	case p.ahead("INSERT"):
		return p.insert(with)
	case p.ahead("UPDATE"):
		return p.update(with)
	case p.ahead("DELETE"):
		return p.delete(with)
	case p.ahead("MERGE"):
		return p.merge(with)
	}
	q := p.query()
	q.With = with
	return q
}

// blockOrTransaction reads what begins with BEGIN, COMMIT, ROLLBACK or SAVE.
func (p *parser) blockOrTransaction() Stmt {
	how := strings.ToUpper(p.next().Text)
	transaction := p.oneOf("TRANSACTION", "TRAN") != ""
	switch {
	case transaction, how != "BEGIN":
		if !transaction {
			p.accept("WORK")
		}
		s := &Transaction{How: how}
		if t := p.peek(); transaction && (t.name() || t.Kind == Variable) && !p.startsClause() {
			p.at++
			s.Name = t.Text
		}
		return s
	case p.accept("TRY"):
		s := &Try{Body: p.block("TRY")}
		p.expect("BEGIN", "CATCH")
		s.Catch = p.block("CATCH")
		return s
	}
	return &Block{p.block()}
}

// block reads statements up to END and what follows that.
func (p *parser) block(name ...string) []At {
	var list []At
	for {
		for p.acceptSymbol(";") {
		}
		if p.accept(append([]string{"END"}, name...)...) {
			return list
		}
		if p.peek().Kind == End {
			p.unexpected()
		}
		list = append(list, p.statement())
	}
}

func (p *parser) flow() Stmt {
	how := strings.ToUpper(p.next().Text)
	switch how {
	case "IF":
		s := &If{Cond: p.condition(), Then: p.statement()}
		if p.accept("ELSE") {
			branch := p.statement()
			s.Else = &branch
		}
		return s
	case "WHILE":
		return &While{p.condition(), p.statement()}
	}
	s := &Leave{How: how}
	if t := p.peek(); how == "RETURN" && (t.Kind == Integer || t.Kind == Variable || t.symbol("-") || t.symbol("(")) {
		s.Value = p.expr()
	}
	return s
}

func (p *parser) raise() Stmt {
	if p.accept("THROW") {
		if t := p.peek(); t.Kind != Integer && t.Kind != Variable {
			return &Throw{}
		}
		return &Throw{p.exprs()}
	}
	p.at++
	s := &RaiseError{}
	p.inParens(func() { s.Args = p.exprs() })
	if p.accept("WITH") {
		p.list(func() {
			if p.oneOf("NOWAIT", "LOG", "SETERROR") == "" {
				p.unexpected()
			}
		})
	}
	return s
}

func (p *parser) waitFor() Stmt {
	p.expect("WAITFOR", "DELAY")
	if t := p.peek(); t.Kind == Variable {
		p.at++
		return &WaitFor{Variable: strings.ToLower(t.Text)}
	}
	at := p.at
	d, ok := ParseDelay(p.stringText())
	if !ok {
		p.at = at
		p.fail(148, "Incorrect time syntax in time string '%s' used with WAITFOR.", clip(p.peek().Text))
	}
	return &WaitFor{Delay: d}
}

// ParseDelay reads hours, minutes and seconds with a fraction: 00:00:01.500.
func ParseDelay(text string) (time.Duration, bool) {
	for _, layout := range []string{"15:04:05.999", "15:04:05", "15:04"} {
		if t, err := time.Parse(layout, strings.TrimSpace(text)); err == nil {
			return t.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)), true
		}
	}
	return 0, false
}
