package credential_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// A host that is none would silently never be signed for.
func TestTransportRefusesWhatIsNoHost(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"", "*", "*.vault.azure.net", "https://contoso.vault.azure.net", "contoso.vault.azure.net/secrets", "user@contoso.vault.azure.net"} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			client := &http.Client{Transport: credential.NewTransport(nil, "https://vault.azure.net/.default", nil, "contoso.vault.azure.net", host)}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://contoso.vault.azure.net", http.NoBody)
			require.NoError(t, err)
			_, err = client.Do(req)
			require.ErrorContains(t, err, "for hosts")
		})
	}
}
