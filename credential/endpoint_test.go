package credential_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// TestBadEndpoints: a clear error that does not quote the address, which may
// hold a password.
func TestBadEndpoints(t *testing.T) {
	for name, tc := range map[string]struct{ endpoint, says string }{
		"not a URL":      {"http://\x7fsecret", "not a URL"},
		"no scheme":      {"secret:80", "http://"},
		"host alone":     {"secret", "http://"},
		"another scheme": {"ftp://secret", "http://"},
		"no host":        {"http:///secret", "no host"},
		"port alone":     {"http://:8080/secret", "no host"},
		"user":           {"http://secret:secret@127.0.0.1", "user"},
		"fragment":       {"http://127.0.0.1/#secret", "fragment"},
		"malformed port": {"http://127.0.0.1:secret", "not a URL"},
		"opaque":         {"http:secret", "no host"},
	} {
		t.Run(name, func(t *testing.T) {
			cleanEnv(t, map[string]string{"MSI_SECRET": "x", "IDENTITY_HEADER": "x", "IDENTITY_SERVER_THUMBPRINT": someThumbprint, "DEFAULT_IDENTITY_CLIENT_ID": someGUID, "AZURE_FEDERATED_TOKEN_FILE": "x", "AZURE_CLIENT_ID": someGUID, "AZURE_TENANT_ID": "x"})
			for _, source := range sources() {
				_, err := credential.NewManagedIdentityCredential(&options{Source: source, Endpoint: tc.endpoint})
				require.ErrorContains(t, err, "credential: "+string(source))
				require.ErrorContains(t, err, tc.says)
				require.NotContains(t, err.Error(), "secret")
			}
		})
	}
}

const someThumbprint = "0123456789abcdef0123456789abcdef01234567"

// TestBadPodIdentityHosts: scheme and host, and nothing that would be lost.
func TestBadPodIdentityHosts(t *testing.T) {
	for _, host := range []string{"nmi.example", "ftp://nmi.example", "http://", "http://user@nmi.example", "http://nmi.example?a=b", "http://nmi.example/#f"} {
		cleanEnv(t, map[string]string{"AZURE_POD_IDENTITY_AUTHORITY_HOST": host})
		_, err := credential.NewManagedIdentityCredential(nil)
		require.ErrorContains(t, err, "AZURE_POD_IDENTITY_AUTHORITY_HOST", host)
		require.ErrorContains(t, err, "endpoint: ")
	}
}
