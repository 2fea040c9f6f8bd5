package tsql

import "strings"

// call reads the arguments of a function, and what may stand behind them.
func (p *parser) call(name []string) Expr {
	c := &Call{Name: name}
	p.inParens(func() {
		if p.peek().symbol(")") {
			return
		}
		if p.acceptSymbol("*") {
			c.Star = true
			return
		}
		c.Distinct = p.accept("DISTINCT")
		if !c.Distinct {
			p.accept("ALL")
		}
		c.Args = p.arguments(name)
	})
	if p.accept("WITHIN", "GROUP") {
		p.inParens(func() { c.Within = p.orderBy() })
	}
	if p.accept("OVER") {
		p.inParens(func() { c.Over = p.over() })
	}
	return c
}

// arguments reads expressions. The first of the date functions is a bare word.
func (p *parser) arguments(name []string) []Expr {
	var args []Expr
	switch strings.ToUpper(name[len(name)-1]) {
	case "DATEADD", "DATEDIFF", "DATEDIFF_BIG", "DATEPART", "DATENAME", "DATETRUNC":
		if t := p.peek(); t.Kind == Word && p.look(1).symbol(",") {
			p.at += 2
			args = append(args, &Literal{String, strings.ToLower(t.Text)})
		}
	case "IIF":
		args = append(args, p.condition())
		p.expectSymbol(",")
	}
	return append(args, p.exprs()...)
}

func (p *parser) over() *Over {
	o := &Over{}
	if p.accept("PARTITION", "BY") {
		o.Partition = p.exprs()
	}
	o.Order = p.orderBy()
	if frame := p.oneOf("ROWS", "RANGE"); frame != "" {
		words := []string{frame}
		for !p.peek().symbol(")") {
			t := p.peek()
			if t.Kind != Word && t.Kind != Integer {
				p.unexpected()
			}
			p.at++
			words = append(words, frameWord(p, t))
		}
		o.Frame = strings.Join(words, " ")
	}
	return o
}

// frameWord lets through what a window's frame is made of.
func frameWord(p *parser, t Token) string {
	word := strings.ToUpper(t.Text)
	switch word {
	case "BETWEEN", "AND", "UNBOUNDED", "PRECEDING", "FOLLOWING", "CURRENT", "ROW":
		return word
	}
	if t.Kind != Integer {
		p.at--
		p.unexpected()
	}
	return word
}

// orderBy reads ORDER BY if it is next.
func (p *parser) orderBy() []Order {
	if !p.accept("ORDER", "BY") {
		return nil
	}
	var list []Order
	p.list(func() {
		o := Order{Expr: p.expr()}
		if o.Desc = p.accept("DESC"); !o.Desc {
			p.accept("ASC")
		}
		list = append(list, o)
	})
	return list
}

// typeName reads a type with its sizes.
func (p *parser) typeName() TypeName {
	name := p.typeWord()
	for p.acceptSymbol(".") { // sys.nvarchar
		name = p.typeWord()
	}
	t := TypeName{Name: strings.ToLower(name)}
	switch t.Name {
	case "national":
		t.Name = "n" + p.typeName().Name
		p.accept("VARYING")
	case "double":
		p.accept("PRECISION")
		t.Name = "float"
	}
	if p.peek().symbol("(") {
		p.inParens(func() { p.list(func() { t.Args = append(t.Args, p.size()) }) })
	}
	return t
}

// typeWord reads one word of a type's name, which may be a keyword.
func (p *parser) typeWord() string {
	t := p.peek()
	if t.Kind != Quoted && (t.Kind != Word || reserved(t.Text) && !t.is("NATIONAL") && !t.is("DOUBLE")) {
		p.unexpected()
	}
	p.at++
	return t.Text
}

// size reads one of the numbers behind a type; MAX is -1.
func (p *parser) size() int {
	if p.accept("MAX") {
		return -1
	}
	return p.integer()
}

// integer reads a whole number, of as many digits as an int surely holds.
func (p *parser) integer() int {
	negative := p.acceptSymbol("-")
	t := p.peek()
	if t.Kind != Integer || len(t.Text) > 18 {
		p.unexpected()
	}
	p.at++
	n := 0
	for _, digit := range t.Text {
		n = 10*n + int(digit-'0')
	}
	if negative {
		return -n
	}
	return n
}
