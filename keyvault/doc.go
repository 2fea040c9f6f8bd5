// Package keyvault reads and writes the secrets of Azure Key Vault.
//
//	client, err := keyvault.NewSecretClient("https://contoso.vault.azure.net", cred, nil)
//	secret, err := client.Get(ctx, "db-password")
//	password := secret.Value.Reveal()
//
// The credential is any azcore.TokenCredential. A [SecretCache] in front of the
// client keeps secrets at hand, renews them in the background, and serves them
// on while the vault cannot be reached.
//
// A [Value] never prints: under every verb of fmt, in JSON and in slog it is
// REDACTED. Only [Value.Reveal] gives it away.
//
// The package knows no keys, certificates and managed HSMs. It does not
// refuse secrets that have expired, since the service does not either: compare
// [Properties].Expires where it matters.
//
// # Errors
//
// An error is one line that names the operation, the secret and the vault, with
// the service's code and request id. errors.Is finds [ErrNotFound],
// [ErrForbidden] (a disabled secret too), [ErrConflict], [ErrThrottled] and
// [ErrUnauthorized], errors.As finds *azcore.ResponseError. How long the service
// asked to be left alone is told by the method RetryAfter() time.Duration of an
// error in the chain.
//
// Failed requests are tried again as azcore.ClientOptions.Retry says.
package keyvault
