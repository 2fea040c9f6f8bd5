// Package credential gets tokens for the managed identity of the machine a
// program runs on, so that the program itself holds no credential.
//
//	cred, err := credential.NewManagedIdentityCredential(nil)
//
// That is an [azcore.TokenCredential]: give it to the clients of this library
// or to any Azure SDK client. One per program is enough, and best: clients that
// share a credential share its tokens. A user-assigned identity is named in the
// options:
//
//	cred, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{
//		ID: credential.ClientID("12345678-9abc-def0-1234-56789abcdef0"),
//	})
//
// # What to rely on
//
// While a token is valid no caller waits and none fails: it is renewed in the
// background before it expires, and a renewal that fails is tried again until
// then. However many callers ask for a token that is not there, one request is
// sent. Each of them waits on its own context and none can cancel the request
// for the others. A failure is shared in the same way.
//
// Token requests use no proxy, follow no redirect and believe no answer that is
// not one. Tokens are kept in memory, and printing a credential, an [Error], an
// [Event] or a [Status] in any way shows none.
//
// # What it does not do
//
// It does not look for other credentials: on a laptop put [NewCached] around
// the login of your choice. It does not probe: a program off Azure learns that
// from the first token's [ErrUnavailable]. And no client can make a platform
// issue a new token before the old one expires, so a change of the identity's
// group membership takes effect when its next token does.
//
// # Errors
//
// A failed fetch is an [*Error], which has the source's own words and IDs for
// support. [errors.Is] tells the cases apart: [ErrUnavailable],
// [ErrIdentityNotFound], [ErrMultipleIdentities], [ErrResourceNotFound],
// [ErrThrottled], [ErrUnexpectedResponse] and [ErrUnsupportedID].
package credential
