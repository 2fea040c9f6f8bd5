package tsql

import "strings"

// Kind is what a token is.
type Kind uint8

// Kinds of tokens.
const (
	End      Kind = iota
	Word          // keyword or name
	Quoted        // name in brackets or double quotes
	String        // 'text'
	National      // N'text'
	Integer       // 42
	Number        // 4.2
	Float         // 4.2e1
	Money         // $4.2
	Hex           // 0x2A
	Variable      // @name
	System        // @@name
	Symbol        // operator or punctuation
)

// Token is one token. Text is what it means: a string without its quotes, a quoted name
// without its brackets.
type Token struct {
	Kind Kind
	Text string
	Line int32

	from, to int // where it stands in the text
}

// is reports whether the token is a keyword; keywords are in upper case.
func (t Token) is(keyword string) bool {
	return t.Kind == Word && strings.EqualFold(t.Text, keyword)
}

// symbol reports whether the token is an operator or punctuation.
func (t Token) symbol(text string) bool { return t.Kind == Symbol && t.Text == text }

// name reports whether the token can name something.
func (t Token) name() bool { return t.Kind == Quoted || t.Kind == Word && !reserved(t.Text) }

// reserved reports whether a word is a keyword wherever it stands. Names that are
// such words must be quoted.
// https://learn.microsoft.com/sql/t-sql/language-elements/reserved-keywords-transact-sql
func reserved(word string) bool {
	if len(word) > 20 {
		return false
	}
	switch strings.ToUpper(word) {
	case "ADD", "ALL", "ALTER", "AND", "ANY", "AS", "ASC", "AUTHORIZATION", "BACKUP", "BEGIN", "BETWEEN", "BREAK",
		"BROWSE", "BULK", "BY", "CASCADE", "CASE", "CHECK", "CHECKPOINT", "CLOSE", "CLUSTERED", "COALESCE", "COLLATE",
		"COLUMN", "COMMIT", "COMPUTE", "CONSTRAINT", "CONTAINS", "CONTAINSTABLE", "CONTINUE", "CONVERT", "CREATE",
		"CROSS", "CURRENT", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "CURSOR", "DATABASE",
		"DBCC", "DEALLOCATE", "DECLARE", "DEFAULT", "DELETE", "DENY", "DESC", "DISTINCT", "DISTRIBUTED", "DOUBLE",
		"DROP", "ELSE", "END", "ERRLVL", "ESCAPE", "EXCEPT", "EXEC", "EXECUTE", "EXISTS", "EXIT", "EXTERNAL", "FETCH",
		"FILE", "FILLFACTOR", "FOR", "FOREIGN", "FREETEXT", "FREETEXTTABLE", "FROM", "FULL", "FUNCTION", "GOTO",
		"GRANT", "GROUP", "HAVING", "HOLDLOCK", "IDENTITY", "IDENTITY_INSERT", "IDENTITYCOL", "IF", "IN", "INDEX",
		"INNER", "INSERT", "INTERSECT", "INTO", "IS", "JOIN", "KEY", "KILL", "LEFT", "LIKE", "LINENO", "MERGE",
		"NATIONAL", "NOCHECK", "NONCLUSTERED", "NOT", "NULL", "NULLIF", "OF", "OFF", "OFFSETS", "ON", "OPEN",
		"OPENDATASOURCE", "OPENQUERY", "OPENROWSET", "OPENXML", "OPTION", "OR", "ORDER", "OUTER", "OVER", "PERCENT",
		"PIVOT", "PLAN", "PRIMARY", "PRINT", "PROC", "PROCEDURE", "PUBLIC", "RAISERROR", "READ", "READTEXT",
		"RECONFIGURE", "REFERENCES", "REPLICATION", "RESTORE", "RESTRICT", "RETURN", "REVERT", "REVOKE", "RIGHT",
		"ROLLBACK", "ROWCOUNT", "ROWGUIDCOL", "RULE", "SAVE", "SCHEMA", "SELECT", "SESSION_USER", "SET", "SETUSER",
		"SHUTDOWN", "SOME", "STATISTICS", "SYSTEM_USER", "TABLE", "TABLESAMPLE", "TEXTSIZE", "THEN", "TO", "TOP",
		"TRAN", "TRANSACTION", "TRIGGER", "TRUNCATE", "TRY_CONVERT", "TSEQUAL", "UNION", "UNIQUE", "UNPIVOT", "UPDATE",
		"UPDATETEXT", "USE", "USER", "VALUES", "VARYING", "VIEW", "WAITFOR", "WHEN", "WHERE", "WHILE", "WITH", "WITHIN":
		return true
	}
	return false
}
