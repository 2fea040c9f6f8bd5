package arm

import "github.com/keyless-go/azure/internal/azrest"

// What errors.Is finds in the error of a failed call. The other packages of
// this module export the same values.
var (
	// ErrNotFound: no such group, or no such subscription. The text says which.
	ErrNotFound = azrest.ErrNotFound
	// ErrForbidden: the identity has no role that allows this.
	ErrForbidden = azrest.ErrForbidden
	// ErrConflict: the group is being deleted, is locked, or exists in another
	// location.
	ErrConflict = azrest.ErrConflict
	// ErrThrottled: too many requests, and azcore's retries did not help.
	ErrThrottled = azrest.ErrThrottled
	// ErrUnauthorized: Resource Manager accepts no token of the credential.
	ErrUnauthorized = azrest.ErrUnauthorized
	// ErrUnexpectedResponse: the answer is none of Resource Manager's.
	ErrUnexpectedResponse = azrest.ErrUnexpectedResponse
	// ErrForeignLink: the answer leads to another host. Nothing was sent there.
	ErrForeignLink = azrest.ErrForeignLink
)
