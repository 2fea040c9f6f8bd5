package azuresql_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	azuresql "github.com/keyless-go/azure/sql"
)

func TestSID(t *testing.T) {
	t.Parallel()
	tests := []struct{ id, want string }{
		{"11112222-3333-4444-5555-666677778888", "0x22221111333344445555666677778888"},
		{"4466E2F8-0fea-4c61-A470-b839a2db5f66", "0xF8E26644EA0F614CA470B839A2DB5F66"},
		{"", ""},
		{"11112222333344445555666677778888", ""},
		{"11112222-3333-4444-5555-66667777888", ""},
		{"11112222-3333-4444-5555-6666777788889", ""},
		{"1111222-23333-4444-5555-666677778888", ""},
		{"{11112222-3333-4444-5555-666677778888}", ""},
		{"g1112222-3333-4444-5555-666677778888", ""},
	}
	for _, test := range tests {
		t.Run(test.id, func(t *testing.T) {
			t.Parallel()
			got, err := azuresql.SIDOf(test.id)
			if test.want == "" {
				require.ErrorContains(t, err, "not a GUID")
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func FuzzSID(f *testing.F) {
	for _, seed := range []string{someClient, strings.ToUpper(someObject), "", "-", "' OR 1=1", strings.Repeat("-", 36)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		literal, err := azuresql.SIDOf(id)
		if err != nil {
			return
		}
		require.Len(t, id, 36)
		require.Len(t, literal, 34)
		require.Empty(t, strings.Trim(literal[2:], "0123456789ABCDEF"))
	})
}

func FuzzQuoteName(f *testing.F) {
	for _, seed := range []string{"vm", "a]b", "]]", "[a]", "x]; DROP TABLE t;--", "'", `"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		quoted := azuresql.QuoteName(name)
		require.True(t, strings.HasPrefix(quoted, "[") && strings.HasSuffix(quoted, "]"))
		inner := quoted[1 : len(quoted)-1]
		require.Equal(t, name, strings.ReplaceAll(inner, "]]", "]"))
		require.NotContains(t, strings.ReplaceAll(inner, "]]", ""), "]", "nothing closes the name early")
	})
}

func TestBearer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, token, identity, facts string
		made                         time.Time
	}{
		{
			"a virtual machine", jwt(t, map[string]any{
				"aud": "https://database.windows.net/", "appid": "a", "oid": "o", "tid": "t", "iat": 1700000000,
				"xms_mirid": "/subscriptions/s/resourcegroups/DevTest/providers/Microsoft.Compute/virtualMachines/DevTestVM",
			}),
			"DevTestVM", "client ID a, object ID o, tenant t, audience https://database.windows.net/", time.Unix(1700000000, 0),
		},
		{"a person", jwt(t, map[string]any{"upn": "jo@contoso.com", "iat": 0.5}), "jo@contoso.com", "", time.Unix(0, 0)},
		{"version 2", jwt(t, map[string]any{"azp": "a", "iat": 1e300}), "", "client ID a", time.Time{}},
		{"no JWT", "opaque", "", "", time.Time{}},
		{"no JSON", "eyJ.!.x", "", "", time.Time{}},
		{"another type", jwt(t, map[string]any{"aud": []string{"x"}}), "", "", time.Time{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			identity, facts, made := azuresql.BearerOf(test.token)
			require.Equal(t, test.identity, identity)
			require.Equal(t, test.facts, facts)
			require.True(t, test.made.Equal(made), "%s", made)
		})
	}
}

func FuzzBearer(f *testing.F) {
	for _, seed := range []string{`{}`, `{"aud":"x","iat":1}`, `{"iat":-1}`, `null`, `[]`, `{"xms_mirid":"/"}`, `{"iat":1e999}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		_, _, made := azuresql.BearerOf("h." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".s")
		require.False(t, made.Before(time.Time{}))
		azuresql.BearerOf(payload)
	})
}

func FuzzOneLine(f *testing.F) {
	for _, seed := range []string{"a\nb", "Bearer eyJhbGciOiJub25lIn0.e30.c2ln", "\xff", strings.Repeat("ä", 5000), ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line := azuresql.OneLine(errors.New(text))
		require.True(t, utf8.ValidString(line))
		require.LessOrEqual(t, len(line), 2<<10+len("…"))
		require.False(t, strings.ContainsFunc(line, unicode.IsControl))
	})
}
