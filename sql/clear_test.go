package azuresql_test

import (
	"bytes"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	azuresql "github.com/keyless-go/azure/sql"
)

// requireNoToken looks for any eight characters of a token, as TDS would send
// them and as they are.
func requireNoToken(t *testing.T, sent []byte, token string) {
	t.Helper()
	require.NotEmpty(t, sent)
	for i := 0; i+8 <= len(token); i++ {
		require.False(t, bytes.Contains(sent, toUTF16(token[i:i+8])), "part of the token, as UTF-16")
		require.False(t, bytes.Contains(sent, []byte(token[i:i+8])), "part of the token")
	}
}

func TestNoTokenInClear(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		encryption []byte
		strict     bool
		want       string
	}{
		{"ENCRYPT_NOT_SUP", []byte{2}, false, "server does not support encryption (the token was not sent)"},
		{"ENCRYPT_OFF", []byte{0}, false, "server does not support encryption (the token was not sent)"},
		{"an empty option", []byte{}, false, "the driver does not understand the server"},
		{"TDS 7 to a strict client", []byte{1}, true, "the token was not sent"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				f.encryption = test.encryption
				_, err := newConnector(t, f, &cred{}, func(o *azuresql.Options) { o.Strict = test.strict }).Connect(t.Context())
				require.ErrorContains(t, err, test.want)
				require.NotContains(t, err.Error(), "\n")
				require.Empty(t, f.logins())
				requireNoToken(t, f.captured(), longToken(0))
			})
		})
	}
}
