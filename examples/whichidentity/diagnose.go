package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/keyless-go/azure/credential"
)

// diagnosis says what is wrong and what to do about it.
type diagnosis struct {
	what string
	todo []string
}

// diagnose finds out what an error of a credential comes from.
func diagnose(err error) diagnosis {
	var detail *credential.Error
	if !errors.As(err, &detail) {
		detail = &credential.Error{}
	}
	switch {
	case errors.Is(err, credential.ErrMultipleIdentities):
		return severalIdentities()
	case errors.Is(err, credential.ErrIdentityNotFound):
		return noIdentity(detail.Source)
	case errors.Is(err, credential.ErrResourceNotFound):
		return wrongResource(detail.Source)
	case errors.Is(err, credential.ErrUnsupportedID):
		return unsupportedID()
	case errors.Is(err, credential.ErrThrottled):
		return throttled(detail)
	case errors.Is(err, fs.ErrPermission):
		return noPermission()
	case errors.Is(err, credential.ErrUnexpectedResponse), detail.StatusCode == http.StatusForbidden && errors.Is(err, credential.ErrUnavailable):
		return somethingElse(detail.Source)
	case errors.Is(err, credential.ErrUnavailable) && detail.StatusCode == 0:
		return blocked(detail.Source)
	case errors.Is(err, credential.ErrUnavailable):
		return notNow(detail)
	case detail.StatusCode != 0:
		return refused(detail)
	}
	return diagnosis{"The environment, or a flag, does not fit the source.", []string{
		"Read the message below: it names what is missing or wrong.",
	}}
}

func severalIdentities() diagnosis {
	return diagnosis{"The machine has several user-assigned identities, and the request names none.", []string{
		"Name one: -client-id here, ManagedIdentityCredentialOptions.ID in code.",
		"Or enable the machine's system-assigned identity, which is used when none is named.",
	}}
}

func noIdentity(source credential.Source) diagnosis {
	switch source {
	case credential.SourceWorkloadIdentity:
		return diagnosis{"The directory has no identity that trusts this pod.", []string{
			"Compare the client ID and the tenant with the identity's.",
			"Compare issuer, subject and audience of its federated credential with the service account's.",
			"If the federated credential is new, wait some minutes.",
		}}
	case credential.SourceServiceFabric:
		return diagnosis{"The cluster has no identity for this application, or does not know the process.", []string{
			"Give the application an identity, and a policy for the service's code package.",
			"Start the process by the cluster: it sets the variables anew.",
		}}
	}
	return diagnosis{"The identity asked for is not assigned here, or none is.", []string{
		"Turn on the system-assigned identity, or assign a user-assigned one.",
		"If one is named, compare its ID with the list of those assigned, letter by letter.",
		"If it has just been assigned, wait a minute and start the program anew.",
	}}
}

func wrongResource(source credential.Source) diagnosis {
	if source == credential.SourceCloudShell {
		return diagnosis{"Cloud Shell has no tokens for that resource, only for a fixed list.", []string{
			"Sign in by az login, or run the program elsewhere.",
		}}
	}
	return diagnosis{"The directory knows no resource of that name.", []string{
		"Compare -resource with the service's documentation, letter by letter. The slash at the end counts:",
		"  https://management.azure.com/  https://storage.azure.com/  https://database.windows.net/  have one,",
		"  https://vault.azure.net  has none.",
		"In code the scope is the resource and /.default, which makes two slashes of one at the end.",
	}}
}

func unsupportedID() diagnosis {
	return diagnosis{"This source cannot choose an identity by that kind of ID.", []string{
		"Try -client-id, which most sources take; Cloud Shell and Service Fabric take none.",
		"On Azure Arc, update the agent: older ones ignore the choice.",
	}}
}

func throttled(e *credential.Error) diagnosis {
	todo := []string{
		"Share one credential in the program; it asks once a day per resource.",
		"Look for other processes on the machine that ask: IMDS serves all of them together 20 requests a second, 5 at once.",
	}
	if e.RetryAfter > 0 {
		todo = append(todo, fmt.Sprintf("Try again in %s.", e.RetryAfter))
	}
	return diagnosis{"The endpoint is asked too often.", todo}
}

func noPermission() diagnosis {
	return diagnosis{"This user may not read a file that proves who asks.", []string{
		"On Azure Arc, put the user into the group himds (Linux) or Hybrid Agent Extension Applications (Windows).",
		"On Kubernetes, make the file of AZURE_FEDERATED_TOKEN_FILE readable for the container's user.",
	}}
}

func somethingElse(source credential.Source) diagnosis {
	d := diagnosis{"Something else answers on the endpoint's address: a proxy, a portal, or another cloud.", []string{
		"See which server the message below names, and what its answer says.",
		"Run curl --noproxy '*' -i against the address, and compare.",
		"Unset variables of another platform; the line of the source names those that count.",
	}}
	if source == credential.SourceAzureArc {
		d.todo = append(d.todo, "If it is the agent, check its version and the directory of its key files.")
	}
	if source == credential.SourceServiceFabric {
		d.todo = append(d.todo, "If it is the cluster, start the process anew: it may have another certificate by now.")
	}
	return d
}

func blocked(source credential.Source) diagnosis {
	switch source {
	case credential.SourceIMDS:
		return diagnosis{"Nobody answers: this is no Azure machine, or something is in between.", []string{
			"On a laptop use another credential, such as azidentity's for the Azure CLI in credential.NewCached.",
			"In a container or a pod, look for a network policy or a firewall that blocks 169.254.169.254, port 80.",
			"On App Service, Functions or Container Apps turn an identity on: without one there are no variables to find it by.",
		}}
	case credential.SourceWorkloadIdentity:
		return diagnosis{"The directory does not answer, or the pod's token cannot be read.", []string{
			"Check AZURE_FEDERATED_TOKEN_FILE, and the label azure.workload.identity/use on the pod.",
			"Check that the pod may reach the host of AZURE_AUTHORITY_HOST, port 443, perhaps by a proxy.",
		}}
	}
	return diagnosis{"Nobody answers where the environment says that the endpoint is.", []string{
		"Unset the variables if they are left over from another place; the line of the source names them.",
		"Else see whether the platform's agent or sidecar runs.",
	}}
}

func notNow(e *credential.Error) diagnosis {
	return diagnosis{fmt.Sprintf("The endpoint is there and cannot serve now (status %d).", e.StatusCode), []string{
		"Try again: IMDS is back within 70 s when it is updated. The credential does so by itself for 90 s; this program asks once.",
		"If it stays so, give support the IDs in the message below.",
	}}
}

func refused(e *credential.Error) diagnosis {
	return diagnosis{fmt.Sprintf("The endpoint refuses the request (status %d).", e.StatusCode), []string{
		"Read the message below. A secret in the environment may be too old: start the process anew by its platform.",
		"See that no proxy changes the request.",
	}}
}
