package tds_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

const secret = "the.token.itself"

// login7 is a login with a token, as go-mssqldb sends it.
func login7(token string, nonce []byte) []byte {
	const fixed = 94
	out := make([]byte, fixed)
	binary.LittleEndian.PutUint32(out[4:], 0x74000004)
	binary.LittleEndian.PutUint32(out[8:], 8000)
	out[26], out[27] = 0x20, 0x10
	for i, text := range []string{"host", "user", "", "app", "server", "", "library", "", "database"} {
		at := 36 + 4*i
		if at == 56 {
			continue
		}
		binary.LittleEndian.PutUint16(out[at:], uint16(len(out)))
		binary.LittleEndian.PutUint16(out[at+2:], uint16(len(text)))
		out = tds.AppendUTF16(out, text)
	}
	binary.LittleEndian.PutUint16(out[56:], uint16(len(out)))
	binary.LittleEndian.PutUint16(out[58:], 4)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(out)+4))
	out = append(out, 0x0a, 1, 0, 0, 0, 1) // UTF8_SUPPORT, which is skipped
	wide := tds.AppendUTF16(nil, token)
	out = binary.LittleEndian.AppendUint32(append(out, 2), uint32(5+len(wide)+len(nonce)))
	out = binary.LittleEndian.AppendUint32(append(out, 1<<1), uint32(len(wide)))
	out = append(append(append(out, wide...), nonce...), 0xff)
	binary.LittleEndian.PutUint32(out, uint32(len(out)))
	return out
}

func TestLogin(t *testing.T) {
	t.Parallel()
	nonce := []byte(strings.Repeat("n", 32))
	l, err := tds.ParseLogin(login7(secret, nonce))
	require.NoError(t, err)
	require.Equal(t, []string{"host", "user", "app", "server", "library", "database"}, []string{l.Host, l.User, l.App, l.Server, l.Library, l.Database})
	require.True(t, l.ReadOnly)
	require.False(t, l.Password || l.SSPI)
	require.Equal(t, secret, string(l.FedAuth.Token))
	require.Equal(t, nonce, l.FedAuth.Nonce)
}

// A token does not print.
func TestSecret(t *testing.T) {
	t.Parallel()
	l, err := tds.ParseLogin(login7(secret, nil))
	require.NoError(t, err)
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+verb, l.FedAuth, l.FedAuth.Token)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("login", "token", l.FedAuth.Token, "login", l.FedAuth)
	require.NoError(t, json.NewEncoder(&out).Encode(l))
	require.NotContains(t, out.String(), "token.itself")
	require.NotContains(t, out.String(), fmt.Sprintf("%x", "token"))
	require.Contains(t, out.String(), "REDACTED")
}

func TestLoginErrors(t *testing.T) {
	t.Parallel()
	good := login7(secret, nil)
	broken := func(change func(b []byte)) []byte {
		b := append([]byte(nil), good...)
		change(b)
		return b
	}
	put16 := func(at int, n uint16) []byte {
		return broken(func(b []byte) { binary.LittleEndian.PutUint16(b[at:], n) })
	}
	feature := strings.Index(string(good), "\x02\x25\x00\x00\x00")
	require.Positive(t, feature)
	for name, b := range map[string][]byte{
		"empty":                         nil,
		"short":                         good[:93],
		"cut":                           good[:len(good)-1],
		"longer than it says":           append(append([]byte(nil), good...), 0),
		"a name beyond the end":         put16(36, 0xffff),
		"a name that is too long":       put16(38, 129),
		"features beyond the end":       put16(56, 0xfffe),
		"features before the variables": broken(func(b []byte) { copy(b[binary.LittleEndian.Uint16(b[56:]):], []byte{1, 0, 0, 0}) }),
		"a feature that lies":           broken(func(b []byte) { copy(b[feature+1:], []byte{0xff, 0xff, 0xff, 0x7f}) }),
		"an unknown library":            broken(func(b []byte) { b[feature+5] = 9 << 1 }),
		"a token that lies":             broken(func(b []byte) { b[feature+6] = 0xfe }),
		"a token of an odd length":      broken(func(b []byte) { b[feature+6]-- }),
		"no end of the features":        broken(func(b []byte) { b[len(b)-1] = 5 }),
		"a nonce that is not one":       login7(secret, []byte{1, 2, 3}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tds.ParseLogin(b)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "token.itself")
		})
	}
}

func TestFedAuthMessage(t *testing.T) {
	t.Parallel()
	wide := tds.AppendUTF16(nil, secret)
	message := func(total, size int) []byte {
		b := binary.LittleEndian.AppendUint32(nil, uint32(total))
		return append(binary.LittleEndian.AppendUint32(b, uint32(size)), wide...)
	}
	f, err := tds.ParseFedAuthMessage(message(4+len(wide), len(wide)))
	require.NoError(t, err)
	require.Equal(t, secret, string(f.Token))
	for _, b := range [][]byte{nil, {1, 0, 0, 0}, message(len(wide), len(wide)), message(4+len(wide), len(wide)+2), message(4+len(wide), len(wide)-1), message(4+len(wide), len(wide)-2)} {
		_, err := tds.ParseFedAuthMessage(b)
		require.Error(t, err)
	}
}

func FuzzLogin(f *testing.F) {
	f.Add(login7(secret, nil))
	f.Add(login7("", []byte(strings.Repeat("n", 32))))
	f.Add([]byte{})
	f.Add(make([]byte, 94))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := tds.ParseLogin(b)
		if err != nil {
			require.Nil(t, l)
			return
		}
		require.LessOrEqual(t, len(l.Host), 3*128)
		if l.FedAuth != nil {
			require.LessOrEqual(t, len(l.FedAuth.Token), 3*len(b))
		}
	})
}

func FuzzFedAuthMessage(f *testing.F) {
	f.Add([]byte{6, 0, 0, 0, 2, 0, 0, 0, 'x', 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if fed, err := tds.ParseFedAuthMessage(b); err == nil {
			require.True(t, fed.ADAL)
			require.LessOrEqual(t, len(fed.Token), 3*len(b))
		}
	})
}
