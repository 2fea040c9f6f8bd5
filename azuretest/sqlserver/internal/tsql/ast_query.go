package tsql

// Name names an object: table, schema.table, database.schema.table.
type Name []string

// Last returns the object's own name.
func (n Name) Last() string {
	if len(n) == 0 {
		return ""
	}
	return n[len(n)-1]
}

// Schema returns the name of the schema, or "".
func (n Name) Schema() string {
	if len(n) < 2 {
		return ""
	}
	return n[len(n)-2]
}

// Database returns the name of the database, or "".
func (n Name) Database() string {
	if len(n) < 3 {
		return ""
	}
	return n[len(n)-3]
}

// Query is a whole query.
type Query struct {
	With          []CTE
	Body          Body
	OrderBy       []Order
	Offset, Fetch Expr
}

// CTE is a named query before another.
type CTE struct {
	Name         string
	Columns      []string
	Query        *Query
	MaxRecursion int // how often it may name itself for a row; 0 is without end
}

// Order is one item of ORDER BY.
type Order struct {
	Expr Expr
	Desc bool
}

// Body is a [*Select], a [*SetOperation], or a [*Query] in parentheses.
type Body interface{ body() }

func (*Select) body()       {}
func (*SetOperation) body() {}
func (*Query) body()        {}

// Select is one SELECT without ORDER BY.
type Select struct {
	Distinct bool
	Top      *Top
	Items    []Item
	Into     Name
	From     []Source
	Where    Expr
	GroupBy  []Expr
	Having   Expr
}

// Top is TOP (Count) [PERCENT] [WITH TIES].
type Top struct {
	Count   Expr
	Percent bool
	Ties    bool
}

// Item is one item of a SELECT. Variable is set in SELECT @x = Expr.
type Item struct {
	Expr     Expr
	Alias    string
	Variable string
	Op       string // of the assignment: =, +=, ...
}

// SetOperation is UNION, UNION ALL, EXCEPT or INTERSECT.
type SetOperation struct {
	Op   string
	L, R Body
}

// Source is where rows come from: a [*Table], [*Derived], [*Join] or [*Function].
type Source interface{ source() }

func (*Table) source()    {}
func (*Derived) source()  {}
func (*Join) source()     {}
func (*Function) source() {}

// Table is a table, view or CTE.
type Table struct {
	Name  Name
	Alias string
}

// Derived is a query or a list of rows in parentheses.
type Derived struct {
	Query   *Query
	Rows    [][]Expr
	Alias   string
	Columns []string
}

// Join is two sources put together. Kind is INNER, LEFT, RIGHT, FULL or CROSS.
type Join struct {
	Kind string
	L, R Source
	On   Expr
}

// Function is a function that returns rows.
type Function struct {
	Name  Name
	Args  []Expr
	Alias string
}
