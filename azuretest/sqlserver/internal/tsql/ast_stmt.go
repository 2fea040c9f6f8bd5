package tsql

import "time"

// Stmt is a statement: one of the types below.
type Stmt interface{ stmt() }

// At is where a statement begins.
type At struct {
	Line int32
	Stmt Stmt
}

// Insert is INSERT. Rows or Query is there, or neither for DEFAULT VALUES.
type Insert struct {
	With    []CTE
	Table   Name
	Columns []string
	Output  []Item
	Rows    [][]Expr
	Query   *Query
}

// Update is UPDATE. Target is a table or an alias in From.
type Update struct {
	With   []CTE
	Top    *Top
	Target Name
	Set    []Assignment
	Output []Item
	From   []Source
	Where  Expr
}

// Assignment is Column = Value, @Variable = Value or both. Op may be +=.
type Assignment struct {
	Column   string
	Variable string
	Op       string
	Value    Expr
}

// Delete is DELETE. Target is a table or an alias in From.
type Delete struct {
	With   []CTE
	Top    *Top
	Target Name
	Output []Item
	From   []Source
	Where  Expr
}

// Merge is MERGE.
type Merge struct {
	With   []CTE
	Target *Table
	Using  Source
	On     Expr
	Whens  []MergeWhen
	Output []Item
}

// MergeWhen is one branch of a [Merge].
type MergeWhen struct {
	Matched  bool
	BySource bool // NOT MATCHED BY SOURCE
	And      Expr
	Set      []Assignment // UPDATE
	Delete   bool
	Columns  []string // INSERT
	Values   []Expr
}

// Declare is DECLARE.
type Declare struct{ Variables []Declaration }

// Declaration is one variable or parameter.
type Declaration struct {
	Name   string // with its @, in lower case
	Type   TypeName
	Value  Expr // nil: NULL
	Output bool
}

// SetVariable is SET @x = e.
type SetVariable struct {
	Name, Op string
	Value    Expr
}

// SetOption is SET NOCOUNT ON and the like; names are in upper case.
type SetOption struct {
	Names []string
	Value string // in upper case, with single blanks
}

// SetIdentityInsert is SET IDENTITY_INSERT t ON.
type SetIdentityInsert struct {
	Table Name
	On    bool
}

// If is IF; Else may be nil.
type If struct {
	Cond Expr
	Then At
	Else *At
}

// While is WHILE.
type While struct {
	Cond Expr
	Body At
}

// Block is BEGIN ... END.
type Block struct{ Body []At }

// Try is BEGIN TRY ... END TRY BEGIN CATCH ... END CATCH.
type Try struct{ Body, Catch []At }

// Leave is RETURN, BREAK or CONTINUE.
type Leave struct {
	How   string
	Value Expr // of RETURN; may be nil
}

// Print is PRINT.
type Print struct{ Value Expr }

// RaiseError is RAISERROR.
type RaiseError struct{ Args []Expr }

// Throw is THROW; without arguments it throws again.
type Throw struct{ Args []Expr }

// Exec is EXECUTE: of a procedure or, if Text is there, of a string.
type Exec struct {
	Procedure Name
	Return    string // a variable, or ""
	Args      []Argument
	Text      Expr
}

// Argument is an argument of a procedure.
type Argument struct {
	Name   string // with its @; empty: by position
	Value  Expr
	Output bool
}

// Transaction is BEGIN TRANSACTION, COMMIT, ROLLBACK or SAVE TRANSACTION.
type Transaction struct{ How, Name string }

// WaitFor is WAITFOR DELAY.
type WaitFor struct {
	Delay    time.Duration
	Variable string // instead of Delay
}

// Use is USE.
type Use struct{ Database string }

func (*Query) stmt()             {}
func (*Insert) stmt()            {}
func (*Update) stmt()            {}
func (*Delete) stmt()            {}
func (*Merge) stmt()             {}
func (*Declare) stmt()           {}
func (*SetVariable) stmt()       {}
func (*SetOption) stmt()         {}
func (*SetIdentityInsert) stmt() {}
func (*If) stmt()                {}
func (*While) stmt()             {}
func (*Block) stmt()             {}
func (*Try) stmt()               {}
func (*Leave) stmt()             {}
func (*Print) stmt()             {}
func (*RaiseError) stmt()        {}
func (*Throw) stmt()             {}
func (*Exec) stmt()              {}
func (*Transaction) stmt()       {}
func (*WaitFor) stmt()           {}
func (*Use) stmt()               {}
