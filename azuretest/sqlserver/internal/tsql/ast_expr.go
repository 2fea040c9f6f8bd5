package tsql

// Expr is an expression: one of the types below.
type Expr interface{ expr() }

// Literal is a constant: its Kind is String, National, Integer, Number, Float, Money,
// Hex, or End for NULL.
type Literal struct {
	Kind Kind
	Text string
}

// Default is the keyword DEFAULT in the place of a value.
type Default struct{}

// Ref names a column.
type Ref struct{ Parts []string }

// Star is *, or t.*.
type Star struct{ Table []string }

// Var is a variable, with its @ and in lower case.
type Var struct{ Name string }

// SystemVar is a system function without parentheses: @@ROWCOUNT, CURRENT_USER; in
// upper case.
type SystemVar struct{ Name string }

// Unary is an operator before an operand: -, +, ~ or NOT.
type Unary struct {
	Op string
	X  Expr
}

// Binary is an operator between operands; AND, OR and comparisons too.
type Binary struct {
	Op   string
	L, R Expr
}

// IsNull is X IS [NOT] NULL.
type IsNull struct {
	X   Expr
	Not bool
}

// Between is X [NOT] BETWEEN Low AND High.
type Between struct {
	X, Low, High Expr
	Not          bool
}

// In is X [NOT] IN, followed by a list or a query.
type In struct {
	X     Expr
	List  []Expr
	Query *Query
	Not   bool
}

// Like is X [NOT] LIKE Pattern [ESCAPE Escape].
type Like struct {
	X, Pattern, Escape Expr
	Not                bool
}

// Exists is EXISTS and a query.
type Exists struct{ Query *Query }

// Case is both forms of CASE; Operand is nil in the searched one.
type Case struct {
	Operand Expr
	Whens   []When
	Else    Expr
}

// When is one branch of a [Case].
type When struct{ Cond, Then Expr }

// Cast is CAST, CONVERT, and their TRY_ forms.
type Cast struct {
	X     Expr
	Type  TypeName
	Style Expr
	Try   bool
}

// Call is a call of a function. The last of Name is the function.
type Call struct {
	Name     []string
	Args     []Expr
	Star     bool // COUNT(*)
	Distinct bool
	Within   []Order // WITHIN GROUP (ORDER BY ...)
	Over     *Over
}

// Over is the window of a function.
type Over struct {
	Partition []Expr
	Order     []Order
	Frame     string // as written, with single blanks
}

// Subquery is a query in the place of a value.
type Subquery struct{ Query *Query }

// Collate is X COLLATE Name.
type Collate struct {
	X    Expr
	Name string
}

func (*Literal) expr()   {}
func (*Default) expr()   {}
func (*Ref) expr()       {}
func (*Star) expr()      {}
func (*Var) expr()       {}
func (*SystemVar) expr() {}
func (*Unary) expr()     {}
func (*Binary) expr()    {}
func (*IsNull) expr()    {}
func (*Between) expr()   {}
func (*In) expr()        {}
func (*Like) expr()      {}
func (*Exists) expr()    {}
func (*Case) expr()      {}
func (*Cast) expr()      {}
func (*Call) expr()      {}
func (*Subquery) expr()  {}
func (*Collate) expr()   {}

// TypeName is a type as written: nvarchar(50), decimal(10,2), varchar(max).
type TypeName struct {
	Name string // in lower case
	Args []int  // -1 is max
}
