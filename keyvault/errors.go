package keyvault

import "github.com/keyless-go/azure/internal/azrest"

// What errors.Is finds in the error of a failed call. The other packages of
// this module export the same values.
var (
	// ErrNotFound: no such secret, version or deleted secret.
	ErrNotFound = azrest.ErrNotFound
	// ErrForbidden: the identity lacks a permission, the vault's firewall
	// refuses, or the secret is disabled. The text says which.
	ErrForbidden = azrest.ErrForbidden
	// ErrConflict: the name belongs to a secret that is deleted, or is being
	// deleted or recovered.
	ErrConflict = azrest.ErrConflict
	// ErrThrottled: too many requests, and azcore's retries did not help.
	ErrThrottled = azrest.ErrThrottled
	// ErrUnauthorized: the vault accepts no token of the credential, or asks
	// for one that it has no right to.
	ErrUnauthorized = azrest.ErrUnauthorized
	// ErrUnexpectedResponse: the answer is none of Key Vault's.
	ErrUnexpectedResponse = azrest.ErrUnexpectedResponse
	// ErrForeignLink: the answer leads to another host. Nothing was sent there.
	ErrForeignLink = azrest.ErrForeignLink
)
