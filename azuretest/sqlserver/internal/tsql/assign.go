package tsql

import "strings"

func (p *parser) declareOrSet() Stmt {
	if p.accept("DECLARE") {
		s := &Declare{}
		p.list(func() { s.Variables = append(s.Variables, p.declaration()) })
		return s
	}
	p.expect("SET")
	t := p.peek()
	if t.Kind == Variable {
		p.at++
		if !isAssignment(p.peek()) {
			p.unexpected()
		}
		return &SetVariable{Name: strings.ToLower(t.Text), Op: p.next().Text, Value: p.expr()}
	}
	if p.accept("IDENTITY_INSERT") {
		s := &SetIdentityInsert{Table: p.objectName()}
		s.On = p.onOff()
		return s
	}
	return p.setOption()
}

func (p *parser) onOff() bool {
	word := p.oneOf("ON", "OFF")
	if word == "" {
		p.unexpected()
	}
	return word == "ON"
}

// setOption reads SET NOCOUNT, XACT_ABORT ON or SET TRANSACTION ISOLATION LEVEL ...
func (p *parser) setOption() Stmt {
	s := &SetOption{}
	if p.accept("TRANSACTION", "ISOLATION", "LEVEL") {
		s.Names = []string{"TRANSACTION ISOLATION LEVEL"}
	} else {
		p.list(func() { s.Names = append(s.Names, p.optionName()) })
	}
	var words []string
	for len(words) < 2 && p.peek().Kind != End && !p.peek().symbol(";") {
		if len(words) == 1 && words[0] != "READ" && words[0] != "REPEATABLE" {
			break
		}
		p.acceptSymbol("-")
		words = append(words, strings.ToUpper(p.next().Text))
	}
	if words == nil {
		p.unexpected()
	}
	s.Value = strings.Join(words, " ")
	return s
}

// optionName reads the name of an option, which may be a keyword.
func (p *parser) optionName() string {
	t := p.peek()
	if t.Kind != Word {
		p.unexpected()
	}
	p.at++
	name := strings.ToUpper(t.Text)
	if name == "STATISTICS" {
		name += " " + p.optionName()
	}
	return name
}

// declaration reads @x [AS] type [= value] [OUTPUT].
func (p *parser) declaration() Declaration {
	t := p.peek()
	if t.Kind != Variable {
		p.unexpected()
	}
	p.at++
	p.accept("AS")
	if p.ahead("TABLE") || p.ahead("CURSOR") {
		p.fail(40510, "Statement 'DECLARE %s %s' is not supported in this version of SQL Server.", clip(t.Text), strings.ToUpper(p.peek().Text))
	}
	d := Declaration{Name: strings.ToLower(t.Text), Type: p.typeName()}
	if p.acceptSymbol("=") {
		d.Value = p.expr()
	}
	d.Output = p.oneOf("OUTPUT", "OUT") != ""
	p.accept("READONLY")
	return d
}

// exec reads a call of a procedure, or EXEC (@text).
func (p *parser) exec() *Exec {
	s := &Exec{}
	if p.oneOf("EXEC", "EXECUTE") != "" && p.peek().symbol("(") {
		p.inParens(func() { s.Text = p.expr() })
		return s
	}
	if t := p.peek(); t.Kind == Variable && p.look(1).symbol("=") {
		p.at += 2
		s.Return = strings.ToLower(t.Text)
	}
	s.Procedure = p.objectName()
	if p.startsArgument() {
		p.list(func() { s.Args = append(s.Args, p.argument()) })
	}
	return s
}

func (p *parser) startsArgument() bool {
	t := p.peek()
	switch t.Kind {
	case String, National, Integer, Number, Float, Money, Hex, Variable, System, Quoted:
		return true
	case Symbol:
		return t.Text == "-"
	case Word:
		return t.is("NULL") || t.is("DEFAULT") || !reserved(t.Text)
	}
	return false
}

func (p *parser) argument() Argument {
	a := Argument{}
	if t := p.peek(); t.Kind == Variable && p.look(1).symbol("=") {
		p.at += 2
		a.Name = strings.ToLower(t.Text)
	}
	if t := p.peek(); t.name() { // a bare word is a string
		p.at++
		a.Value = &Literal{National, t.Text}
	} else {
		a.Value = p.unary()
	}
	a.Output = p.oneOf("OUTPUT", "OUT") != ""
	return a
}
