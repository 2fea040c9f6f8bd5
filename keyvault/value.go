package keyvault

import "github.com/keyless-go/azure/internal/azrest"

type opaque = azrest.Opaque

// Value is the value of a secret. It prints as REDACTED under every verb of fmt,
// in JSON, text encodings and slog, also inside of other values. The zero value
// is an empty secret. Two Values compare with reflect.DeepEqual, not with ==.
type Value struct {
	opaque
	text *string // behind a pointer: fmt prints unexported fields of others without asking
}

// NewValue makes the Value of text, for the tests of code that uses secrets.
func NewValue(text string) Value { return Value{text: &text} }

// Reveal gives the value away.
func (v Value) Reveal() string {
	if v.text == nil {
		return ""
	}
	return *v.text
}
