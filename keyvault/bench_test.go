package keyvault_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/keyvault"
)

func benchmarkClient(b *testing.B) *keyvault.SecretClient {
	b.Helper()
	vault := service(func(*http.Request) (*http.Response, error) { return answer(200, emptySecret), nil })
	client, err := keyvault.NewSecretClient("https://contoso.vault.azure.net", &fixed{}, &keyvault.ClientOptions{HTTPClient: &http.Client{Transport: vault}})
	require.NoError(b, err)
	return client
}

func BenchmarkGet(b *testing.B) {
	client := benchmarkClient(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.Get(b.Context(), "db"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSecretCacheGet(b *testing.B) {
	cache := keyvault.NewSecretCache(benchmarkClient(b), nil)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := cache.Get(b.Context(), "db"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
