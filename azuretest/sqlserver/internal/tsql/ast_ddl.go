package tsql

// CreateTable is CREATE TABLE.
type CreateTable struct {
	Name        Name
	Columns     []ColumnDef
	Constraints []Constraint
}

// ColumnDef is a column's definition. Constraints that stand with it are its own.
type ColumnDef struct {
	Name        string
	Type        TypeName
	Null        bool // NULL is written
	NotNull     bool
	Identity    *Identity
	Constraints []Constraint
}

// Identity is IDENTITY(Seed, Increment).
type Identity struct{ Seed, Increment int }

// Constraint is a constraint of a table, or of a column without Columns.
type Constraint struct {
	Name       string
	Kind       string // PRIMARY KEY, UNIQUE, FOREIGN KEY, CHECK or DEFAULT
	Columns    []string
	Text       string // of CHECK and DEFAULT, as written
	Table      Name   // referenced
	References []string
	OnDelete   string // NO ACTION, CASCADE, SET NULL or SET DEFAULT
	OnUpdate   string
	For        string // the column of a DEFAULT that is added
	WithValues bool   // rows that are there get the DEFAULT too
}

// AlterTable is ALTER TABLE with one kind of change.
type AlterTable struct {
	Name            Name
	AddColumns      []ColumnDef
	AddConstraints  []Constraint
	AlterColumn     *ColumnDef
	DropColumns     []string
	DropConstraints []string
	IfExists        bool
}

// CreateIndex is CREATE INDEX.
type CreateIndex struct {
	Name    string
	Table   Name
	Unique  bool
	Columns []IndexColumn
	Where   string // as written
}

// IndexColumn is a column of an index.
type IndexColumn struct {
	Name string
	Desc bool
}

// CreateView is CREATE [OR ALTER] VIEW. Text is its query as written.
type CreateView struct {
	Name    Name
	Columns []string
	Query   *Query
	Text    string
	Alter   bool // replaces one that exists
}

// CreateSchema is CREATE SCHEMA. Owner is of AUTHORIZATION, or "".
type CreateSchema struct{ Name, Owner string }

// CreateDatabase is CREATE DATABASE.
type CreateDatabase struct{ Name string }

// Drop is DROP. What is TABLE, VIEW, INDEX, SCHEMA, USER, ROLE or DATABASE.
type Drop struct {
	What     string
	Names    []Name
	On       Name // the table of an index
	IfExists bool
}

// Truncate is TRUNCATE TABLE.
type Truncate struct{ Table Name }

// CreateUser is CREATE USER.
type CreateUser struct {
	Name     string
	External bool              // FROM EXTERNAL PROVIDER
	How      string            // otherwise: WITHOUT LOGIN, FOR LOGIN, WITH or ""
	Login    string            // of FOR LOGIN
	Options  map[string]string // SID, TYPE, OBJECT_ID, DEFAULT_SCHEMA, PASSWORD; names in upper case
}

// AlterUser is ALTER USER.
type AlterUser struct {
	Name    string
	Options map[string]string // NAME, DEFAULT_SCHEMA
}

// CreateRole is CREATE ROLE. Owner is of AUTHORIZATION, or "".
type CreateRole struct{ Name, Owner string }

// AlterRole is ALTER ROLE; one of the others is there.
type AlterRole struct{ Name, Add, Drop, Rename string }

// Grant is GRANT, DENY or REVOKE.
type Grant struct {
	Verb        string
	Permissions []string // in upper case
	Class       string   // OBJECT, SCHEMA or DATABASE
	On          Name
	To          []string
}

func (*CreateTable) stmt()    {}
func (*AlterTable) stmt()     {}
func (*CreateIndex) stmt()    {}
func (*CreateView) stmt()     {}
func (*CreateSchema) stmt()   {}
func (*CreateDatabase) stmt() {}
func (*Drop) stmt()           {}
func (*Truncate) stmt()       {}
func (*CreateUser) stmt()     {}
func (*AlterUser) stmt()      {}
func (*CreateRole) stmt()     {}
func (*AlterRole) stmt()      {}
func (*Grant) stmt()          {}
