package sqlserver_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// What a server says about encryption it also does: a driver that is not careful logs
// in, and its token goes over the wire in clear.
func TestEncryption(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		code, encrypt string
		works         bool
		inClear       bool
	}{
		"on":                         {"", "true", true, false},
		"required":                   {"ENCRYPT_REQ", "true", true, false},
		"on, careless":               {"", "false", true, false},
		"off, careful":               {"ENCRYPT_OFF", "true", false, false},
		"off, careless":              {"ENCRYPT_OFF", "false", true, true},
		"not supported, careful":     {"ENCRYPT_NOT_SUP", "true", false, false},
		"not supported, careless":    {"ENCRYPT_NOT_SUP", "false", true, true},
		"strict is not asked at all": {"ENCRYPT_NOT_SUP", "strict", true, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if test.code != "" {
				w.Fail(azuretest.Fault{Operation: "sql.prelogin", Code: test.code, Times: -1})
			}
			l := login{encrypt: test.encrypt}
			sent := &strings.Builder{}
			l.dialer = recorder{w.sql.Dialer(), sent}
			token, err := tokenOf(w.SystemIdentity())(t.Context())
			require.NoError(t, err)
			// As long as a real one: then a part of the login is beyond the first packet.
			l.token = fixed(token + strings.Repeat("\n", 4000))
			out, err := try(t, w.open(t, l), "SELECT 'clear text'")
			if test.works {
				require.NoError(t, err)
				require.Equal(t, "clear text", out)
			} else {
				require.ErrorContains(t, err, "server does not support encryption")
			}
			require.Equal(t, test.inClear, strings.Contains(sent.String(), wide("clear text")))
			require.Equal(t, test.inClear, strings.Contains(sent.String(), wide("\n\n\n")))
			require.Equal(t, test.code == "ENCRYPT_NOT_SUP" && test.inClear, strings.Contains(sent.String(), wide(token[:100])))
		})
	}
}

// wide is ASCII in UTF-16.
func wide(s string) string { return strings.Join(strings.Split(s, ""), "\x00") }
