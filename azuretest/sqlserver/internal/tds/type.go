package tds

import "fmt"

// Kind is a T-SQL type without its sizes. The comment says what Go value stands for
// it; nil is NULL for all.
type Kind uint8

// The kinds that are sent and understood.
const (
	Untyped        Kind = iota // nil only
	Bit                        // bool
	TinyInt                    // int64
	SmallInt                   // int64
	Int                        // int64
	BigInt                     // int64
	Real                       // float64
	Float                      // float64
	Decimal                    // string: digits, perhaps with sign and point
	Money                      // string
	SmallMoney                 // string
	Char                       // string
	VarChar                    // string
	NChar                      // string
	NVarChar                   // string
	Binary                     // []byte
	VarBinary                  // []byte
	GUID                       // string: 36 characters
	Date                       // time.Time, whose clock is ignored
	Time                       // time.Time, whose date is ignored
	DateTime2                  // time.Time, whose zone is ignored
	DateTimeOffset             // time.Time
	DateTime                   // time.Time, whose zone is ignored
	SmallDateTime              // time.Time, whose zone is ignored
	XML                        // string
)

// Max is the Size of types declared with (MAX).
const Max = -1

// Type is a T-SQL type.
type Type struct {
	Kind             Kind
	Size             int // of character and binary types: characters or bytes, or Max
	Precision, Scale int // of Decimal; Scale also of Time, DateTime2, DateTimeOffset
}

// Name returns the type's name in T-SQL, without sizes.
func (k Kind) Name() string {
	names := [...]string{
		"void", "bit", "tinyint", "smallint", "int", "bigint", "real", "float", "decimal", "money", "smallmoney",
		"char", "varchar", "nchar", "nvarchar", "binary", "varbinary", "uniqueidentifier",
		"date", "time", "datetime2", "datetimeoffset", "datetime", "smalldatetime", "xml",
	}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// String returns the type as T-SQL declares it.
func (t Type) String() string {
	switch {
	case t.Sized() && t.Size == Max:
		return t.Kind.Name() + "(max)"
	case t.Sized():
		return fmt.Sprintf("%s(%d)", t.Kind.Name(), t.Size)
	case t.Kind == Decimal:
		return fmt.Sprintf("%s(%d,%d)", t.Kind.Name(), t.Precision, t.Scale)
	case t.Scaled():
		return fmt.Sprintf("%s(%d)", t.Kind.Name(), t.Scale)
	}
	return t.Kind.Name()
}

// Sized reports whether the type has a Size.
func (t Type) Sized() bool { return t.Kind >= Char && t.Kind <= VarBinary }

// Scaled reports whether the type is a time with a Scale.
func (t Type) Scaled() bool { return t.Kind >= Time && t.Kind <= DateTimeOffset }

// Integer reports whether values are whole numbers; a bit is one too.
func (t Type) Integer() bool { return t.Kind >= Bit && t.Kind <= BigInt }

// Number reports whether values can be calculated with.
func (t Type) Number() bool { return t.Kind >= Bit && t.Kind <= SmallMoney }

// Exact reports whether values are decimal fractions, in Go a string of digits.
func (t Type) Exact() bool { return t.Kind >= Decimal && t.Kind <= SmallMoney }

// Text reports whether values are characters.
func (t Type) Text() bool { return t.Kind >= Char && t.Kind <= NVarChar || t.Kind == XML }

// Unicode reports whether characters are UTF-16 on the wire.
func (t Type) Unicode() bool { return t.Kind == NChar || t.Kind == NVarChar || t.Kind == XML }

// Bytes reports whether values are bytes.
func (t Type) Bytes() bool { return t.Kind == Binary || t.Kind == VarBinary }

// Temporal reports whether values are dates or times.
func (t Type) Temporal() bool { return t.Kind >= Date && t.Kind <= SmallDateTime }

// Column describes one column of a result.
type Column struct {
	Name     string
	Type     Type
	NotNull  bool
	Identity bool
}

// Param is an argument of a request. A parameter that is marked as output has its
// value sent back when the request is done.
type Param struct {
	Name    string // with its @; empty: by position
	Type    Type
	Value   any
	Output  bool
	Default bool // the procedure's own default is wanted
}
