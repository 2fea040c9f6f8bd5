package keyvault_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/keyless-go/azure/keyvault"
)

// withDeleted is a client for a vault in which one secret has been deleted.
func withDeleted(ctx context.Context) (client *keyvault.SecretClient, end func()) {
	client, end = emulator()
	must(client.Set(ctx, "db-password", "p@ssw0rd!", nil))
	must(client.Delete(ctx, "db-password"))
	return client, end
}

func ExampleSecretClient_WaitDeleted() {
	ctx := context.Background()
	client, end := withDeleted(ctx)
	defer end()
	if err := client.WaitDeleted(ctx, "db-password"); err != nil {
		panic(err)
	}
	fmt.Println(must(client.GetDeleted(ctx, "db-password")).RecoveryID)
	// Output: https://contoso.vault.azure.net/deletedsecrets/db-password
}

func ExampleSecretClient_GetDeleted() {
	ctx := context.Background()
	client, end := withDeleted(ctx)
	defer end()
	deleted := must(client.GetDeleted(ctx, "db-password"))
	fmt.Println(deleted.Name, deleted.RecoveryLevel, deleted.RecoverableDays)
	// Output: db-password Recoverable+Purgeable 90
}

func ExampleSecretClient_ListDeleted() {
	ctx := context.Background()
	client, end := withDeleted(ctx)
	defer end()
	for deleted, err := range client.ListDeleted(ctx) {
		if err != nil {
			panic(err)
		}
		fmt.Println(deleted.Name)
	}
	// Output: db-password
}

func ExampleSecretClient_Purge() {
	ctx := context.Background()
	client, end := withDeleted(ctx)
	defer end()
	if err := client.Purge(ctx, "db-password"); err != nil {
		panic(err)
	}
	_, err := client.Recover(ctx, "db-password")
	fmt.Println(errors.Is(err, keyvault.ErrNotFound))
	// Output: true
}

func ExampleSecretClient_WaitRecovered() {
	ctx := context.Background()
	client, end := withDeleted(ctx)
	defer end()
	must(client.Recover(ctx, "db-password"))
	if err := client.WaitRecovered(ctx, "db-password"); err != nil {
		panic(err)
	}
	fmt.Println(must(client.Get(ctx, "db-password")).Value.Reveal())
	// Output: p@ssw0rd!
}

func ExampleSecretClient_Backup() {
	ctx := context.Background()
	client, end := emulator()
	defer end()
	must(client.Set(ctx, "db-password", "p@ssw0rd!", nil))
	backup := must(client.Backup(ctx, "db-password"))
	_, err := client.Restore(ctx, backup)
	fmt.Println(errors.Is(err, keyvault.ErrConflict)) // the secret is still there
	// Output: true
}

func ExampleSecretCache_Get() {
	ctx := context.Background()
	client, end := emulator()
	defer end()
	cache := keyvault.NewSecretCache(client, nil)
	_, err := cache.Get(ctx, "db-password")
	fmt.Println(errors.Is(err, keyvault.ErrNotFound))
	// Output: true
}

// A handler is tested without a vault: what it needs is a Secret.
func ExampleNewValue() {
	authorize := func(req *http.Request, secret keyvault.Secret) {
		req.Header.Set("X-Api-Key", secret.Value.Reveal())
	}
	req := must(http.NewRequestWithContext(context.Background(), http.MethodGet, "https://api.example", nil))
	authorize(req, keyvault.Secret{Value: keyvault.NewValue("k-123")})
	fmt.Println(req.Header.Get("X-Api-Key"))
	// Output: k-123
}
