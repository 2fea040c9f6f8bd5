package azrest_test

import (
	"testing"

	"github.com/stretchr/testify/require"
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
		"cut":            {`<Error><Code>A</Code><Mess`, "", "404 Not Found"},
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
