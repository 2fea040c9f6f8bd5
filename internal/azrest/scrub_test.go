package azrest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

func TestScrub(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                              "",
		"as it is":                      "as it is",
		" a\r\n\tb\x00c\u0085d\u2028e ": "a b c d e",
		"AKV10000: Request is missing a Bearer or PoP token.": "AKV10000: Request is missing a Bearer or PoP token.",
		"Authorization: Bearer opaque-token-of-some-length!":  "Authorization: Bearer REDACTED",
		"x=" + jwt + ";":                           "x=REDACTED",
		"sig=abc%2F%3D&se=1 rest":                  "sig=REDACTED rest",
		"https://h/p?se=1&SIG=abc":                 "https://h/p?se=1&SIG=REDACTED",
		`{"access_token":"opaque","x":1}`:          `{"access_token":"REDACTED`,
		"client_secret=abc":                        "client_secret=REDACTED",
		"http://dn:9864/f?op=OPEN&delegation=HAAG": "http://dn:9864/f?op=OPEN&delegation=REDACTED",
		"bad \xff bytes":                           "bad \uFFFD bytes",
		"eyJ is short":                             "eyJ is short",
	} {
		require.Equal(t, want, azrest.Scrub(text))
	}
	long := azrest.Scrub(strings.Repeat("ä", 100_000))
	require.LessOrEqual(t, len(long), 2<<10+len("…"))
	require.True(t, utf8.ValidString(long))
}

func FuzzScrub(f *testing.F) {
	f.Add("Bearer "+jwt, "sig=x")
	f.Add("a\nb", "\xff%3D")
	f.Fuzz(func(t *testing.T, before, after string) {
		got := azrest.Scrub(before + " " + jwt + " " + after)
		if strings.Contains(got, jwt) {
			t.Fatalf("a token is left in %q", got)
		}
		if !utf8.ValidString(got) || len(got) > 2<<10+len("…") || strings.ContainsFunc(got, unicode.IsControl) {
			t.Fatalf("no line: %q", got)
		}
	})
}

type valueError struct{ text string }

func (e valueError) Error() string { return e.text }

func TestScrubError(t *testing.T) {
	t.Parallel()
	require.NoError(t, azrest.ScrubError(nil))
	require.Equal(t, context.Canceled, azrest.ScrubError(context.Canceled))

	const secret = `https://user:pw@h.example/p?sig=c2VjcmV0&q="x"#frag`
	inner := &url.Error{Op: "Get", URL: secret, Err: context.DeadlineExceeded}
	for name, err := range map[string]error{
		"bare":         inner,
		"wrapped":      fmt.Errorf("proxy: %w", inner),
		"nested":       &url.Error{Op: "Put", URL: secret, Err: fmt.Errorf("again: %w", inner)},
		"joined":       errors.Join(valueError{"x"}, inner),
		"deep":         fmt.Errorf("a: %w", fmt.Errorf("b: %w", &url.Error{Op: "Put", URL: secret, Err: inner})),
		"only in text": fmt.Errorf("dial %s: %w", "https://h/p?sig=c2VjcmV0", context.DeadlineExceeded),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := azrest.ScrubError(err)
			require.ErrorIs(t, got, context.DeadlineExceeded)
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
				require.NotContains(t, fmt.Sprintf(verb, got), "c2VjcmV0", verb)
				require.NotContains(t, fmt.Sprintf(verb, got), "pw", verb)
			}
			if name == "only in text" {
				return
			}
			u, ok := errors.AsType[*url.Error](got)
			require.True(t, ok)
			require.Equal(t, "https://h.example/p", u.URL)
			var timeout interface{ Timeout() bool }
			require.ErrorAs(t, got, &timeout)
			require.Equal(t, name != "nested", timeout.Timeout(), "as the original says")
		})
	}
	var own valueError
	require.ErrorAs(t, azrest.ScrubError(errors.Join(valueError{"x"}, inner)), &own)
}

func TestOpaquePrintsNothing(t *testing.T) {
	t.Parallel()
	type hidden struct {
		azrest.Opaque
		text *string
	}
	type holder struct{ inside hidden }
	secret := "p@ssw0rd!"
	v := hidden{text: &secret}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		require.Equal(t, "REDACTED", fmt.Sprintf(verb, v), verb)
		require.NotContains(t, fmt.Sprintf(verb, holder{v}), secret, verb)
	}
	encoded, err := json.Marshal(map[string]any{"v": v})
	require.NoError(t, err)
	require.JSONEq(t, `{"v":"REDACTED"}`, string(encoded))
	var line strings.Builder
	slog.New(slog.NewJSONHandler(&line, nil)).Info("m", "v", v, "h", holder{v})
	slog.New(slog.NewTextHandler(&line, nil)).Info("m", "v", v, "h", holder{v})
	require.NotContains(t, line.String(), secret)
	require.Contains(t, line.String(), "v=REDACTED")
}
