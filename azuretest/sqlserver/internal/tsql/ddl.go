package tsql

import "strings"

// definition reads what begins with CREATE, ALTER, DROP, TRUNCATE, GRANT, DENY or REVOKE.
func (p *parser) definition() Stmt {
	switch verb := strings.ToUpper(p.next().Text); verb {
	case "CREATE":
		return p.create()
	case "ALTER":
		return p.alter()
	case "DROP":
		return p.drop()
	case "TRUNCATE":
		p.expect("TABLE")
		return &Truncate{p.objectName()}
	default:
		return p.grant(verb)
	}
}

func (p *parser) create() Stmt {
	alter := p.accept("OR", "ALTER")
	switch {
	case p.accept("VIEW"):
		return p.view(alter)
	case alter:
	case p.accept("TABLE"):
		return p.createTable()
	case p.accept("SCHEMA"):
		s := &CreateSchema{}
		if !p.ahead("AUTHORIZATION") {
			s.Name = p.identifier()
		}
		if s.Owner = p.owner(); s.Name == "" {
			s.Name = s.Owner
		}
		return s
	case p.accept("DATABASE"):
		return &CreateDatabase{p.identifier()}
	case p.accept("USER"):
		return p.createUser()
	case p.accept("ROLE"):
		return &CreateRole{p.identifier(), p.owner()}
	case p.ahead("UNIQUE"), p.ahead("CLUSTERED"), p.ahead("NONCLUSTERED"), p.ahead("INDEX"):
		return p.createIndex()
	}
	p.notSupported("CREATE")
	return nil
}

// owner reads who shall own what is created, if that is said.
func (p *parser) owner() string {
	if p.accept("AUTHORIZATION") {
		return p.identifier()
	}
	return ""
}

// notSupported refuses a statement that the real server knows.
func (p *parser) notSupported(verb string) {
	if p.peek().Kind != Word {
		p.unexpected()
	}
	p.fail(40510, "Statement '%s %s' is not supported in this version of SQL Server.", verb, clip(strings.ToUpper(p.peek().Text)))
}

func (p *parser) alter() Stmt {
	switch {
	case p.accept("TABLE"):
		return p.alterTable()
	case p.accept("VIEW"):
		return p.view(true)
	case p.accept("USER"):
		s := &AlterUser{Name: p.identifier()}
		p.expect("WITH")
		s.Options = p.options()
		return s
	case p.accept("ROLE"):
		return p.alterRole()
	}
	p.notSupported("ALTER")
	return nil
}

func (p *parser) drop() Stmt {
	what := p.oneOf("TABLE", "VIEW", "INDEX", "SCHEMA", "USER", "ROLE", "DATABASE")
	if what == "" {
		p.notSupported("DROP")
	}
	s := &Drop{What: what, IfExists: p.accept("IF", "EXISTS")}
	p.list(func() { s.Names = append(s.Names, p.objectName()) })
	if what == "INDEX" {
		if p.accept("ON") {
			s.On = p.objectName()
		} else if name := s.Names[0]; len(name) > 1 { // DROP INDEX t.i
			s.On, s.Names = name[:len(name)-1], []Name{name[len(name)-1:]}
		}
	}
	return s
}

func (p *parser) view(alter bool) Stmt {
	s := &CreateView{Name: p.objectName(), Alter: alter}
	if p.peek().symbol("(") {
		s.Columns = p.names()
	}
	p.expect("AS")
	first := p.at
	s.Query = p.wholeQuery()
	s.Text = p.written(first)
	p.accept("WITH", "CHECK", "OPTION")
	return s
}

func (p *parser) createTable() Stmt {
	s := &CreateTable{Name: p.objectName()}
	p.inParens(func() {
		for {
			if p.startsConstraint() {
				s.Constraints = append(s.Constraints, p.constraint())
			} else {
				s.Columns = append(s.Columns, p.columnDef())
			}
			if !p.acceptSymbol(",") || p.peek().symbol(")") {
				return
			}
		}
	})
	p.fileGroup()
	if p.accept("TEXTIMAGE_ON") {
		p.identifier()
	}
	if p.accept("WITH") {
		p.skipParens()
	}
	return s
}

// fileGroup passes over where something is kept, which scripts say.
func (p *parser) fileGroup() {
	if p.accept("ON") {
		p.identifier()
	}
}

// collation reads the name of a collation. There is one, with its names.
func (p *parser) collation() string {
	at := p.at
	name := strings.ToUpper(p.identifier())
	if !strings.HasSuffix(name, "_DEFAULT") && !strings.Contains(name, "_CI_AS") {
		p.at = at
		p.notSupported("COLLATE")
	}
	return name
}

// columnDef reads a column: its name, its type, and what else stands with it.
func (p *parser) columnDef() ColumnDef {
	c := ColumnDef{Name: p.identifier()}
	if p.ahead("AS") {
		p.fail(40510, "Statement 'COMPUTED COLUMN' is not supported in this version of SQL Server.")
	}
	c.Type = p.typeName()
	for {
		switch {
		case p.accept("NOT", "NULL"):
			c.NotNull = true
		case p.accept("NULL"):
			c.Null = true
		case p.accept("COLLATE"):
			p.collation()
		case p.accept("ROWGUIDCOL"), p.accept("SPARSE"):
		case p.accept("IDENTITY"):
			c.Identity = p.identity()
		case p.startsConstraint():
			c.Constraints = append(c.Constraints, p.constraint())
		default:
			return c
		}
	}
}

func (p *parser) identity() *Identity {
	id := &Identity{1, 1}
	if p.peek().symbol("(") {
		p.inParens(func() {
			id.Seed = p.integer()
			p.expectSymbol(",")
			id.Increment = p.integer()
		})
	}
	return id
}

func (p *parser) startsConstraint() bool {
	for _, k := range []string{"CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "REFERENCES", "CHECK", "DEFAULT"} {
		if p.ahead(k) {
			return true
		}
	}
	return false
}

func (p *parser) constraint() Constraint {
	c := Constraint{}
	if p.accept("CONSTRAINT") {
		c.Name = p.identifier()
	}
	switch {
	case p.accept("PRIMARY", "KEY"):
		c.Kind = "PRIMARY KEY"
		c.Columns = p.keyColumns()
	case p.accept("UNIQUE"):
		c.Kind = "UNIQUE"
		c.Columns = p.keyColumns()
	case p.accept("FOREIGN", "KEY"):
		if p.peek().symbol("(") {
			c.Columns = p.names()
		}
		p.references(&c)
	case p.ahead("REFERENCES"):
		p.references(&c)
	case p.accept("CHECK"):
		c.Kind = "CHECK"
		p.accept("NOT", "FOR", "REPLICATION")
		first := p.at
		p.inParens(func() { p.condition() })
		c.Text = p.written(first)
	case p.accept("DEFAULT"):
		c.Kind = "DEFAULT"
		first := p.at
		p.unary()
		c.Text = p.written(first)
		if p.accept("FOR") {
			c.For = p.identifier()
		}
		c.WithValues = p.accept("WITH", "VALUES")
	default:
		p.unexpected()
	}
	return c
}

// keyColumns reads the columns of a key if they are named here.
func (p *parser) keyColumns() []string {
	if p.oneOf("CLUSTERED", "NONCLUSTERED") == "" {
		p.accept("HASH")
	}
	var names []string
	if p.peek().symbol("(") {
		for _, c := range p.indexColumns() {
			names = append(names, c.Name)
		}
	}
	if p.accept("WITH") {
		p.skipParens()
	}
	p.fileGroup()
	return names
}

func (p *parser) references(c *Constraint) {
	c.Kind, c.OnDelete, c.OnUpdate = "FOREIGN KEY", "NO ACTION", "NO ACTION"
	p.expect("REFERENCES")
	c.Table = p.objectName()
	if p.peek().symbol("(") {
		c.References = p.names()
	}
	for p.accept("ON") {
		if p.accept("DELETE") {
			c.OnDelete = p.action()
			continue
		}
		p.expect("UPDATE")
		c.OnUpdate = p.action()
	}
}

func (p *parser) action() string {
	switch {
	case p.accept("NO", "ACTION"):
		return "NO ACTION"
	case p.accept("CASCADE"):
		return "CASCADE"
	case p.accept("SET", "NULL"):
		return "SET NULL"
	}
	p.expect("SET", "DEFAULT")
	return "SET DEFAULT"
}
