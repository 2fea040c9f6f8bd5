package azrest_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

// Storage services write XML.
func TestXMLErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, header, want string }{
		"plain": {
			`<?xml version="1.0" encoding="utf-8"?><Error><Code>BlobNotFound</Code><Message>The specified blob does not exist.` + "\nRequestId:1\nTime:2</Message></Error>", "",
			"404 BlobNotFound: The specified blob does not exist.",
		},
		"byte order mark": {"\xef\xbb\xbf" + `<?xml version="1.0"?><Error><Code>A</Code><Message>b</Message></Error>`, "", "404 A: b"},
		"a header too":    {`<Error><Code>Inner</Code><Message>b</Message></Error>`, "Outer", "404 Outer/Inner: b"},
		"a detail": {
			`<Error><Code>AuthenticationFailed</Code><Message>failed</Message><AuthenticationErrorDetail>Signature not valid in the specified time frame</AuthenticationErrorDetail></Error>`, "",
			"404 AuthenticationFailed: failed; Signature not valid in the specified time frame",
		},
		"a signature":    {`<Error><Code>A</Code><Message>see ?sv=1&amp;sig=c2VjcmV0</Message></Error>`, "", "404 A: see ?sv=1&sig=REDACTED"},
		"another's page": {`<html><body>no</body></html>`, "", "404 Not Found"},
		"cut":            {`<Error><Code>A</Code><Mess`, "", "404 A"},
		"cut early":      {`<Error><Code>A</Co`, "", "404 Not Found"},
		"only a header":  {"", "BlobNotFound", "404 BlobNotFound"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var headers []string
			if test.header != "" {
				headers = []string{"x-ms-error-code", test.header}
			}
			client := newClient(t, always(404, test.body, headers...))
			_, err := get(t.Context(), client)
			require.EqualError(t, err, `keyvault: get secret "db" in contoso.vault.azure.net: `+test.want)
		})
	}
}

// However much a service has to say, and wherever that breaks off, it is known what
// it is about.
func TestLongErrorsKeepTheirCode(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("long ", n/5) }
	for name, test := range map[string]struct{ body, want string }{
		"a long message":       {`{"error":{"code":"A","message":"` + long(100<<10) + `"}}`, "404 A: long l"},
		"the message first":    {`{"error":{"message":"` + long(200<<10) + `","code":"A"}}`, "404 A: long l"},
		"something else first": {`{"trace":["` + long(200<<10) + `"],"error":{"code":"A","message":"b"}}`, "404 A: b"},
		"over the limit":       {`{"error":{"code":"A","message":"b","details":[{"code":"B","message":"c"},{"message":"` + long(3<<20) + `"}]}}`, "404 A: b; B: c"},
		"a message over it":    {`{"error":{"code":"A","message":"` + long(3<<20) + `"}}`, "404 A"},
		"byte order mark":      {"\xef\xbb\xbf" + `{"error":{"code":"A","message":"b"}}`, "404 A: b"},
		"XML over the limit":   {`<?xml version="1.0"?><Error><Code>A</Code><Message>` + long(3<<20) + `</Message></Error>`, "404 A"},
		"all brackets":         {strings.Repeat(`{"a":[`, 300<<10), "404 Not Found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := get(t.Context(), newClient(t, always(404, test.body)))
			require.ErrorIs(t, err, azrest.ErrNotFound)
			require.True(t, strings.HasPrefix(err.Error(), `keyvault: get secret "db" in contoso.vault.azure.net: `+test.want), err.Error())
			require.Less(t, len(err.Error()), 3000)
		})
	}
}

// A service error that breaks off at any byte.
func TestAnErrorCutAnywhere(t *testing.T) {
	t.Parallel()
	const body = `{"a":["[{,",1.5e3,null],"error":{"code":"A\"\\","message":"b, {c}","innererror":{"code":"In"},"details":[]}}  `
	for end := range len(body) {
		_, err := get(t.Context(), newClient(t, always(404, body[:end])))
		require.ErrorIs(t, err, azrest.ErrNotFound)
		var e *azrest.Error
		require.ErrorAs(t, err, &e)
		code := strings.Index(body, `,"message"`)
		require.Equal(t, end > code, e.HasCode(`A"\`), fmt.Sprintf("%q gave %s", body[:end], err))
	}
}

func FuzzServiceError(f *testing.F) {
	for _, seed := range []string{
		`{"error":{"code":"A","message":"b p@ssw0rd! c","innererror":{"code":"B"},"details":[{"code":"C","message":"d"}]}}`,
		`{"code":"A","message":"` + jwt + `"}`, `{"RemoteException":{"exception":"A","message":"b\nc"}}`, `<Error><Code>A</Code><Message>b`,
		`{"error":"p@ssw0rd!"}`, `{"error":{"code":"A","mess`, "<html>", "\xef\xbb\xbf{", `[{"a":["\"`, `}{`, "",
	} {
		f.Add([]byte(seed), "A")
	}
	f.Fuzz(func(t *testing.T, body []byte, code string) {
		call := getCall()
		call.Secret = "p@ssw0rd!"
		_, err := azrest.Do[thing](t.Context(), newClient(t, always(404, string(body), "X-Ms-Error-Code", code)), call)
		require.ErrorIs(t, err, azrest.ErrNotFound)
		text := err.Error()
		require.Less(t, len(text), 4000)
		require.True(t, utf8.ValidString(text))
		require.NotContains(t, text, call.Secret)
		require.NotContains(t, text, jwt)
		require.False(t, strings.ContainsFunc(text, unicode.IsControl), text)
	})
}
