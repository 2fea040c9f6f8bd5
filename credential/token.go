package credential

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/keyless-go/azure/internal/azrest"
	"github.com/keyless-go/azure/internal/fresh"
)

// token is an access token that does not print itself, unlike
// [azcore.AccessToken]. It is immutable once it is in a cache.
type token struct {
	raw      string
	issued   time.Time // iat or nbf of a JWT, zero if unknown
	claims   string    // the challenge it was fetched for, if any
	received time.Time
}

// Format hides the token from every verb.
func (token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, azrest.Redacted) }

// LogValue hides the token from slog.
func (token) LogValue() slog.Value { return slog.StringValue(azrest.Redacted) }

// MarshalText hides the token from encoders.
func (token) MarshalText() ([]byte, error) { return []byte(azrest.Redacted), nil }

func accessToken(v fresh.Value[*token]) azcore.AccessToken {
	return azcore.AccessToken{Token: v.V.raw, ExpiresOn: v.Expires, RefreshOn: v.RefreshAfter}
}
