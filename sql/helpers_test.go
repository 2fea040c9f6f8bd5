package azuresql_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// jwt is a token of the test's own making. A negative iat counts from the start
// of a bubble's clock.
func jwt(t *testing.T, claims map[string]any) string {
	t.Helper()
	claims = maps.Clone(claims)
	if iat, ok := claims["iat"].(int); ok && iat < 0 {
		claims["iat"] = time.Date(2000, 1, 1, 0, 0, iat, 0, time.UTC).Unix()
	}
	payload, err := json.Marshal(claims)
	require.NoError(t, err)
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString(payload) + ".c2lnbmF0dXJl"
}
