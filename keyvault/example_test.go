package keyvault_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
	"github.com/keyless-go/azure/keyvault"
)

// On an Azure machine this is all. The Examples below run on the emulator of
// package azuretest, which an HTTPClient leads to.
func Example() {
	ctx := context.Background()
	azure, err := azuretest.Start()
	if err != nil {
		panic(err)
	}
	defer azure.Close()

	cred, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{HTTPClient: azure.Client()})
	if err != nil {
		panic(err)
	}
	client, err := keyvault.NewSecretClient("https://mytestkeyvault.vault.azure.net", cred, &keyvault.ClientOptions{HTTPClient: azure.Client()})
	if err != nil {
		panic(err)
	}
	secret, err := client.Get(ctx, "MyTestSecret")
	if err != nil {
		panic(err)
	}
	fmt.Println(secret.Value)
	fmt.Println(secret.Value.Reveal())
	// Output:
	// REDACTED
	// p@ssw0rd!
}

// emulator is a client for an empty vault of the emulator. The caller ends it.
func emulator() (client *keyvault.SecretClient, end func()) {
	azure, err := azuretest.Start()
	if err != nil {
		panic(err)
	}
	cred, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{HTTPClient: azure.Client()})
	if err != nil {
		panic(err)
	}
	client, err = keyvault.NewSecretClient(azure.Vault("contoso").URL(), cred, &keyvault.ClientOptions{HTTPClient: azure.Client()})
	if err != nil {
		panic(err)
	}
	return client, func() { _ = azure.Close() }
}

// must ends an Example at an error.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func ExampleNewSecretClient() {
	cred := must(credential.NewManagedIdentityCredential(nil))
	_, err := keyvault.NewSecretClient("https://contoso.vault.azure.net/secrets/db", cred, nil)
	fmt.Println(err)
	// Output: keyvault: the vault URL cannot be used: it must not have a path
}

func ExampleSecretClient_Get() {
	client, end := emulator()
	defer end()
	_, err := client.Get(context.Background(), "db-password")
	fmt.Println(errors.Is(err, keyvault.ErrNotFound))
	// Output: true
}

func ExampleSecretClient_GetVersion() {
	client, end := emulator()
	defer end()
	ctx := context.Background()
	first := must(client.Set(ctx, "db-password", "one", nil))
	must(client.Set(ctx, "db-password", "two", nil))
	old := must(client.GetVersion(ctx, "db-password", first.Version))
	fmt.Println(old.Value.Reveal())
	// Output: one
}

func ExampleSecretClient_Set() {
	client, end := emulator()
	defer end()
	secret := must(client.Set(context.Background(), "db-password", "p@ssw0rd!", &keyvault.SetOptions{
		ContentType: "text/plain",
		Tags:        map[string]string{"team": "orders"},
		Expires:     time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC),
	}))
	fmt.Println(secret.Name, secret.ContentType, secret.Tags, secret.Expires.Year(), secret.Value)
	// Output: db-password text/plain map[team:orders] 2040 REDACTED
}

func ExampleSecretClient_Update() {
	client, end := emulator()
	defer end()
	ctx := context.Background()
	must(client.Set(ctx, "db-password", "p@ssw0rd!", nil))
	no := false
	must(client.Update(ctx, "db-password", "", &keyvault.UpdateOptions{Enabled: &no}))
	_, err := client.Get(ctx, "db-password")
	fmt.Println(errors.Is(err, keyvault.ErrForbidden))
	// Output: true
}

func ExampleSecretClient_List() {
	client, end := emulator()
	defer end()
	ctx := context.Background()
	must(client.Set(ctx, "db-password", "p@ssw0rd!", nil))
	must(client.Set(ctx, "api-key", "k", nil))
	for properties, err := range client.List(ctx) {
		if err != nil {
			panic(err)
		}
		fmt.Println(properties.Name, properties.Enabled)
	}
	// Output:
	// api-key true
	// db-password true
}

func ExampleSecretClient_ListVersions() {
	client, end := emulator()
	defer end()
	ctx := context.Background()
	must(client.Set(ctx, "db-password", "one", nil))
	must(client.Set(ctx, "db-password", "two", nil))
	n := 0
	for _, err := range client.ListVersions(ctx, "db-password") {
		if err != nil {
			panic(err)
		}
		n++
	}
	fmt.Println(n)
	// Output: 2
}

func ExampleSecretClient_Delete() {
	client, end := emulator()
	defer end()
	ctx := context.Background()
	must(client.Set(ctx, "db-password", "p@ssw0rd!", nil))

	deleted := must(client.Delete(ctx, "db-password"))
	fmt.Println("kept for", deleted.ScheduledPurge.Sub(deleted.Deleted))
	if err := client.WaitDeleted(ctx, "db-password"); err != nil {
		panic(err)
	}
	if err := client.Purge(ctx, "db-password"); err != nil {
		panic(err)
	}
	_, err := client.GetDeleted(ctx, "db-password")
	fmt.Println("gone:", errors.Is(err, keyvault.ErrNotFound))
	// Output:
	// kept for 2160h0m0s
	// gone: true
}

func ExampleSecretClient_Recover() {
	client, end := emulator()
	defer end()
	ctx := context.Background()
	must(client.Set(ctx, "db-password", "p@ssw0rd!", nil))
	must(client.Delete(ctx, "db-password"))
	if err := client.WaitDeleted(ctx, "db-password"); err != nil {
		panic(err)
	}
	for deleted, err := range client.ListDeleted(ctx) {
		if err != nil {
			panic(err)
		}
		must(client.Recover(ctx, deleted.Name))
	}
	if err := client.WaitRecovered(ctx, "db-password"); err != nil {
		panic(err)
	}
	fmt.Println(must(client.Get(ctx, "db-password")).Value.Reveal())
	// Output: p@ssw0rd!
}

func ExampleSecretClient_Restore() {
	client, end := emulator()
	defer end()
	ctx := context.Background()
	must(client.Set(ctx, "db-password", "p@ssw0rd!", nil))
	backup := must(client.Backup(ctx, "db-password"))

	must(client.Delete(ctx, "db-password"))
	if err := client.WaitDeleted(ctx, "db-password"); err != nil {
		panic(err)
	}
	if err := client.Purge(ctx, "db-password"); err != nil {
		panic(err)
	}
	restored := must(client.Restore(ctx, backup))
	fmt.Println(restored.Name)
	// Output: db-password
}

func ExampleNewSecretCache() {
	client, end := emulator()
	defer end()
	ctx := context.Background()
	must(client.Set(ctx, "db-password", "p@ssw0rd!", nil))

	cache := keyvault.NewSecretCache(client, &keyvault.SecretCacheOptions{
		TTL:      5 * time.Minute,
		StaleFor: 24 * time.Hour, // a day without the vault does no harm
		OnChange: func(_, current keyvault.Properties) {
			slog.Info("the password has changed", "version", current.Version)
		},
	})
	for range 1000 {
		must(cache.Get(ctx, "db-password")) // one request for all
	}
	fmt.Println(must(cache.Get(ctx, "db-password")).Value.Reveal())
	// Output: p@ssw0rd!
}

func ExampleValue() {
	secret := keyvault.Secret{Value: keyvault.NewValue("p@ssw0rd!")}
	fmt.Printf("%v %+v %#v\n", secret.Value, secret.Value, secret.Value)
	slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime})).Info("read", "value", secret.Value)
	fmt.Println(secret.Value.Reveal())
	// Output:
	// REDACTED REDACTED REDACTED
	// level=INFO msg=read value=REDACTED
	// p@ssw0rd!
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
