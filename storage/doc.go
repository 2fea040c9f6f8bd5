// Package storage gets shared access signatures for Azure Storage from Azure
// Resource Manager, keeps them fresh, and reads and writes blobs with them.
//
//	client, err := storage.NewSASClient(subscriptionID, "DevTest", "mystorageacct", cred, nil)
//	sas := client.NewSASCredential(storage.ServiceSASParameters{Container: "mycontainer", Permissions: "rcw", Protocol: "https"}, time.Hour)
//	container, err := storage.NewContainerClient("https://mystorageacct.blob.core.windows.net/mycontainer", sas, nil)
//	err = container.Upload(ctx, "testblob", file, nil)
//
// A [SASCredential] renews its signature before it expires, and once more when
// the service rejects it: an upload may take longer than the signature lives.
// [SASCredential.Policy] does the same for Microsoft's own clients, which cannot.
// [NewContainerClientWithCredential] makes the same client with a token of
// Microsoft Entra ID, which needs a role for the data instead of one for the
// account.
//
// A signature ([SAS]) never prints: where one would be, there is sig=REDACTED.
// It goes to the account's own hosts only, and to those in [ClientOptions].
//
// The package signs nothing itself, knows no account keys, and makes no user
// delegation SAS. Of blobs it knows block blobs, without snapshots and versions.
//
// # Errors
//
// An error is one line that names the operation, its target and the host, with
// the service's code and request id. errors.Is finds [ErrNotFound],
// [ErrForbidden], [ErrConflict], [ErrThrottled] and [ErrUnauthorized], errors.As
// finds *azcore.ResponseError. How long the service asked to be left alone is
// told by the method RetryAfter() time.Duration of an error in the chain.
//
// Failed requests are tried again as azcore.ClientOptions.Retry says.
package storage
