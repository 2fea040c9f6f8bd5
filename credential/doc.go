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
// Token requests follow no redirect, believe no answer that is not one and use no
// proxy, except with workload identity, whose tokens come from the internet.
// Tokens are kept in memory, and printing a credential, an [Error], an [Event] or
// a [Status] in any way shows none.
//
// # What it does not do
//
// It does not look for other credentials: on a laptop put [NewCached] around
// the login of your choice. It does not probe: a program off Azure learns that
// from the first token's [ErrUnavailable]. And no client can make a platform
// issue a new token before the old one expires, so a change of the identity's
// group membership takes effect when its next token does.
//
// # Sources
//
// The constructor finds the source by the environment, in the order given here,
// and [ManagedIdentityCredential.Status] says which and why. Naming it in the
// options skips that. Empty variables count as unset.
//
// # Service Fabric
//
// [SourceServiceFabric] is chosen when IDENTITY_ENDPOINT, IDENTITY_HEADER and
// IDENTITY_SERVER_THUMBPRINT are set. The endpoint shows a certificate that
// only its thumbprint vouches for; it is checked on every connection, so an
// HTTPClient must leave TLS to an [*net/http.Transport]. The cluster's
// configuration decides which identity it is: no ID can be given. A wrong
// resource gives an internal server error there, most often for a missing or
// extra slash at its end.
//
// # App Service, Functions and Container Apps
//
// [SourceAppService] is chosen when IDENTITY_ENDPOINT and IDENTITY_HEADER are
// set. The header is read anew for each request, because the platform changes
// it. The Linux Consumption plan of Functions refuses the protocol it announces;
// the credential then goes on in the older one, with an [EventFallback]. An app
// without a system-assigned identity answers that it cannot load the identity:
// name the user-assigned one in ID.
//
// # App Service's protocol of 2017
//
// [SourceAppService2017] is chosen when MSI_ENDPOINT and MSI_SECRET are set, and
// nothing points to Azure Machine Learning. It takes a [ClientID] and no other.
//
// # Azure Machine Learning
//
// [SourceAzureML] is chosen when MSI_ENDPOINT and MSI_SECRET are set together
// with DEFAULT_IDENTITY_CLIENT_ID or a variable that starts with AZUREML_. It
// takes a [ClientID]. Compute without an identity has a client ID that is none;
// the constructor then fails with [ErrIdentityNotFound], since the platform
// would answer with the token of a person.
//
// # Cloud Shell
//
// [SourceCloudShell] is chosen when MSI_ENDPOINT alone is set. Its identity is
// the person signed in, so no ID can be given. A stray MSI_ENDPOINT on a virtual
// machine leads here: Status names the variable.
//
// # Azure Arc
//
// [SourceAzureArc] is chosen when IDENTITY_ENDPOINT and IMDS_ENDPOINT are set,
// or when no other source has its variables and the agent is installed, which
// is looked up at the first fetch. The program must be allowed to read the
// agent's key files: on Linux as a member of the group himds, on Windows of
// Hybrid Agent Extension Applications. A file that is not where the agent keeps
// them is not read. Older agents ignore an ID; that gives [ErrUnsupportedID]
// with the first token.
//
// # Virtual machines, scale sets, container instances, Kubernetes nodes
//
// [SourceIMDS] is chosen when nothing else is. With several user-assigned
// identities and no system-assigned one it answers [ErrMultipleIdentities]. It
// says 404 or 410 while it is being updated, which takes up to 70 s; these are
// tried again. Where nobody listens the first fetch fails within seconds, with
// [ErrUnavailable]. In a pod a network policy may be in the way. Another address
// comes from AZURE_POD_IDENTITY_AUTHORITY_HOST or the option Endpoint.
//
// # The virtual machine extension
//
// [SourceVMExtension] is used only when named. It is the endpoint that virtual
// machines had before IMDS, retired since 2019 and found in old images.
//
// # Workload identity on Kubernetes
//
// [SourceWorkloadIdentity] is used only when named. The webhook sets
// AZURE_FEDERATED_TOKEN_FILE, AZURE_TENANT_ID, AZURE_CLIENT_ID and
// AZURE_AUTHORITY_HOST; the file is read anew for each fetch. A federated
// credential may take minutes to be known after it was made, with error
// AADSTS70021 so long.
//
// # Errors
//
// A failed fetch is an [*Error], which has the source's own words and IDs for
// support. [errors.Is] tells the cases apart: [ErrUnavailable],
// [ErrIdentityNotFound], [ErrMultipleIdentities], [ErrResourceNotFound],
// [ErrThrottled], [ErrUnexpectedResponse] and [ErrUnsupportedID].
package credential
