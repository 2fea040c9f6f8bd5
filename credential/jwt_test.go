package credential_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

func TestTimesOfAToken(t *testing.T) {
	t.Parallel()
	payload := func(json string) string { return "e30." + base64.RawURLEncoding.EncodeToString([]byte(json)) + ".sig" }
	at := time.Unix(1506480273, 0).UTC()
	for name, tc := range map[string]struct {
		token           string
		issued, expires time.Time
	}{
		"all three":         {payload(`{"iat":1506480273,"nbf":1506480273,"exp":1506484173}`), at, at.Add(3900 * time.Second)},
		"the later of both": {payload(`{"iat":1506480000,"nbf":1506480273}`), at, time.Time{}},
		"fraction":          {payload(`{"exp":1506480273.5}`), time.Time{}, at.Add(500 * time.Millisecond)},
		"padded":            {"e30." + base64.URLEncoding.EncodeToString([]byte(`{"exp":1506480273 }`)) + ".sig", time.Time{}, at},
		"none":              {payload(`{}`), time.Time{}, time.Time{}},
		"text for a number": {payload(`{"exp":"1506480273"}`), time.Time{}, time.Time{}},
		"not JSON":          {payload(`exp=1506480273`), time.Time{}, time.Time{}},
		"not base64":        {"e30.***.sig", time.Time{}, time.Time{}},
		"two parts":         {"e30.e30", time.Time{}, time.Time{}},
		"encrypted":         {"e30.a.b.c.d", time.Time{}, time.Time{}},
		"opaque":            {"secret", time.Time{}, time.Time{}},
		"beyond 2200":       {payload(`{"exp":9e18}`), time.Time{}, time.Time{}},
		"negative":          {payload(`{"exp":-5,"iat":-9e300}`), time.Time{}, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			issued, expires := credential.JWTTimes(tc.token)
			require.Equal(t, tc.issued, issued)
			require.Equal(t, tc.expires, expires)
		})
	}
}

func FuzzJWT(f *testing.F) {
	f.Add([]byte(`{"iat":1506480273,"nbf":1506480273,"exp":1506484173}`), "e30", true)
	f.Add([]byte(`{"exp":1e400}`), "", true)
	f.Add([]byte(`a.b.c`), "", false)
	f.Fuzz(func(t *testing.T, payload []byte, header string, encode bool) {
		token := string(payload)
		if encode {
			token = header + "." + base64.RawURLEncoding.EncodeToString(payload) + ".sig"
		}
		issued, expires := credential.JWTTimes(token)
		for _, at := range []time.Time{issued, expires} {
			if at.IsZero() {
				continue
			}
			require.Equal(t, 2, strings.Count(token, "."))
			require.Equal(t, time.UTC, at.Location())
			require.True(t, at.Unix() >= 0 && at.Year() <= 2200, "%s overflows", at)
		}
	})
}
