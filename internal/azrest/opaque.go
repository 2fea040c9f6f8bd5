package azrest

import (
	"fmt"
	"io"
	"log/slog"
)

// Opaque makes a type that embeds it print as REDACTED, whatever prints it.
// What it hides must be behind a pointer: fmt reaches into unexported fields
// without asking.
type Opaque struct{}

// String hides the value from %v and %s.
func (Opaque) String() string { return Redacted }

// GoString hides the value from %#v.
func (Opaque) GoString() string { return Redacted }

// Format hides the value from every verb.
func (Opaque) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// MarshalJSON hides the value from encoding/json.
func (Opaque) MarshalJSON() ([]byte, error) { return []byte(`"` + Redacted + `"`), nil }

// MarshalText hides the value from other encoders.
func (Opaque) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// LogValue hides the value from slog.
func (Opaque) LogValue() slog.Value { return slog.StringValue(Redacted) }
