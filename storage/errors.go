package storage

import "github.com/keyless-go/azure/internal/azrest"

// What errors.Is finds in the error of a failed call. The other packages of
// this module export the same values.
var (
	// ErrNotFound: no such account, container or blob.
	ErrNotFound = azrest.ErrNotFound
	// ErrForbidden: the identity has no role that allows this, or the SAS does
	// not: the text says what it lacks.
	ErrForbidden = azrest.ErrForbidden
	// ErrConflict: the blob has changed while it was read, or has snapshots or
	// a lease.
	ErrConflict = azrest.ErrConflict
	// ErrThrottled: too many requests, and azcore's retries did not help.
	ErrThrottled = azrest.ErrThrottled
	// ErrUnauthorized: the service accepts no token of the credential, or has
	// seen none and no SAS.
	ErrUnauthorized = azrest.ErrUnauthorized
	// ErrUnexpectedResponse: the answer is none of the service's.
	ErrUnexpectedResponse = azrest.ErrUnexpectedResponse
	// ErrForeignLink: the answer leads to another host. Nothing was sent there.
	ErrForeignLink = azrest.ErrForeignLink
)
