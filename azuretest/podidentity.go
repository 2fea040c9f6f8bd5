package azuretest

import "net/http"

const podIdentityPort = "2579"

// podIdentity is a stand-in for IMDS on a Kubernetes node, such as AAD Pod Identity
// ran: the same protocol at an address that AZURE_POD_IDENTITY_AUTHORITY_HOST names.
// https://azure.github.io/aad-pod-identity/docs/concepts/nmi/
type podIdentity struct{ imds }

func (p podIdentity) listens(port string, tls bool) bool { return port == podIdentityPort && !tls }

func (p podIdentity) operation(r *http.Request) string {
	if r.URL.Path == imdsPath {
		return "podidentity.token"
	}
	return "unknown"
}
