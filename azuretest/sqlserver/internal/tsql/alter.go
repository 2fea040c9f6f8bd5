package tsql

import "strings"

func (p *parser) alterTable() Stmt {
	s := &AlterTable{Name: p.objectName()}
	if p.accept("WITH") && p.oneOf("CHECK", "NOCHECK") == "" {
		p.unexpected()
	}
	switch {
	case p.accept("ADD"):
		p.list(func() {
			if p.startsConstraint() {
				s.AddConstraints = append(s.AddConstraints, p.constraint())
			} else {
				s.AddColumns = append(s.AddColumns, p.columnDef())
			}
		})
	case p.accept("ALTER", "COLUMN"):
		c := p.columnDef()
		s.AlterColumn = &c
	case p.accept("DROP"):
		p.dropParts(s)
	case p.accept("CHECK", "CONSTRAINT"): // switches a constraint on, which it is
		p.identifier()
	default:
		p.unexpected()
	}
	return s
}

// dropParts reads COLUMN a, b, CONSTRAINT c, d.
func (p *parser) dropParts(s *AlterTable) {
	columns := false
	p.list(func() {
		switch {
		case p.accept("COLUMN"):
			columns = true
		case p.accept("CONSTRAINT"):
			columns = false
		}
		s.IfExists = p.accept("IF", "EXISTS") || s.IfExists
		if columns {
			s.DropColumns = append(s.DropColumns, p.identifier())
		} else {
			s.DropConstraints = append(s.DropConstraints, p.identifier())
		}
	})
}

func (p *parser) createIndex() Stmt {
	s := &CreateIndex{Unique: p.accept("UNIQUE")}
	p.oneOf("CLUSTERED", "NONCLUSTERED")
	p.expect("INDEX")
	s.Name = p.identifier()
	p.expect("ON")
	s.Table = p.objectName()
	s.Columns = p.indexColumns()
	if p.accept("INCLUDE") {
		p.names()
	}
	if p.accept("WHERE") {
		first := p.at
		p.condition()
		s.Where = p.written(first)
	}
	if p.accept("WITH") {
		p.skipParens()
	}
	return s
}

func (p *parser) indexColumns() []IndexColumn {
	var list []IndexColumn
	p.inParens(func() {
		p.list(func() {
			c := IndexColumn{Name: p.identifier()}
			if c.Desc = p.accept("DESC"); !c.Desc {
				p.accept("ASC")
			}
			list = append(list, c)
		})
	})
	return list
}

// createUser reads CREATE USER behind these words.
// https://learn.microsoft.com/sql/t-sql/statements/create-user-transact-sql
func (p *parser) createUser() Stmt {
	s := &CreateUser{Name: p.identifier()}
	switch {
	case p.accept("FROM", "EXTERNAL", "PROVIDER"):
		s.External = true
	case p.accept("WITHOUT", "LOGIN"):
		s.How = "WITHOUT LOGIN"
	case p.accept("FOR"), p.accept("FROM"):
		s.How = "FOR LOGIN"
		p.expect("LOGIN")
		s.Login = p.identifier()
	}
	if p.accept("WITH") {
		s.Options = p.options()
		if !s.External && s.How == "" {
			s.How = "WITH"
		}
	}
	return s
}

// options reads NAME = value, ...
func (p *parser) options() map[string]string {
	options := map[string]string{}
	p.list(func() {
		t := p.peek()
		if t.Kind != Word {
			p.unexpected()
		}
		p.at++
		p.expectSymbol("=")
		v := p.peek()
		if v.Kind == End || v.Kind == Symbol {
			p.unexpected()
		}
		p.at++
		options[strings.ToUpper(t.Text)] = v.Text
	})
	return options
}

func (p *parser) alterRole() Stmt {
	s := &AlterRole{Name: p.identifier()}
	switch {
	case p.accept("ADD", "MEMBER"):
		s.Add = p.identifier()
	case p.accept("DROP", "MEMBER"):
		s.Drop = p.identifier()
	default:
		p.expect("WITH", "NAME")
		p.expectSymbol("=")
		s.Rename = p.identifier()
	}
	return s
}

// grant reads GRANT, DENY or REVOKE behind the verb.
func (p *parser) grant(verb string) Stmt {
	s := &Grant{Verb: verb, Class: "DATABASE"}
	p.accept("GRANT", "OPTION", "FOR")
	p.list(func() { s.Permissions = append(s.Permissions, p.permission()) })
	if p.accept("ON") {
		s.Class = "OBJECT"
		if p.look(1).symbol("::") {
			s.Class = strings.ToUpper(p.next().Text)
			p.expectSymbol("::")
		}
		s.On = p.objectName()
	}
	if verb == "REVOKE" && p.accept("FROM") {
		p.list(func() { s.To = append(s.To, p.grantee()) })
		return s
	}
	p.expect("TO")
	p.list(func() { s.To = append(s.To, p.grantee()) })
	p.accept("WITH", "GRANT", "OPTION")
	p.accept("CASCADE")
	return s
}

// grantee reads a name; public needs no quotes.
func (p *parser) grantee() string {
	if p.accept("PUBLIC") {
		return "public"
	}
	return p.identifier()
}

// permission reads the words of a permission, such as VIEW DATABASE STATE.
func (p *parser) permission() string {
	var words []string
	for t := p.peek(); t.Kind == Word && !t.is("ON") && !t.is("TO") && !t.is("FROM"); t = p.peek() {
		words = append(words, strings.ToUpper(t.Text))
		p.at++
	}
	if words == nil {
		p.unexpected()
	}
	return strings.Join(words, " ")
}
