package credential

import (
	"fmt"
	"io"
	"log/slog"
)

// Printed in whichever way, a credential names itself and shows no token.

// String names the source and the identity.
func (c *ManagedIdentityCredential) String() string {
	if c.fetcher == nil {
		return "ManagedIdentityCredential(not made by NewManagedIdentityCredential)"
	}
	source := c.fetcher.origin.Load().source
	return fmt.Sprintf("ManagedIdentityCredential(%s, %s)", source, describeID(source, c.fetcher.id))
}

// Format prints what String does, whichever verb is used: never a token.
func (c *ManagedIdentityCredential) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue is what slog prints: what String does.
func (c *ManagedIdentityCredential) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText makes JSON print what String does.
func (c *ManagedIdentityCredential) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// String names the type of the inner credential.
func (c *CachedCredential) String() string { return fmt.Sprintf("CachedCredential(%T)", c.inner) }

// Format prints what String does, whichever verb is used: never a token.
func (c *CachedCredential) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue is what slog prints: what String does.
func (c *CachedCredential) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText makes JSON print what String does.
func (c *CachedCredential) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
