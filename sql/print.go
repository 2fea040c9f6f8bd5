package azuresql

import (
	"fmt"
	"io"
	"log/slog"
)

// Printed in whichever way, a Connector names its database and shows nothing of
// its credential; a connection shows nothing.

// String names the database and the server.
func (c *Connector) String() string {
	return fmt.Sprintf("azuresql.Connector(%q on %s)", c.database, c.server)
}

// Format prints what String does, whichever verb is used.
func (c *Connector) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue is what slog prints: what String does.
func (c *Connector) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText makes JSON print what String does.
func (c *Connector) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Format hides the driver's buffers, the login among them, from every verb.
func (c *conn) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "azuresql.conn") }
