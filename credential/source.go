package credential

import (
	"os"
	"slices"
	"strings"
)

// Source is a place where a managed identity lives, by the protocol it speaks.
type Source string

// The sources. See each for the variables by which it is detected.
const (
	// SourceIMDS is the metadata service of virtual machines, scale sets,
	// container instances and Kubernetes nodes, at http://169.254.169.254. It
	// is the source when no other is found. AZURE_POD_IDENTITY_AUTHORITY_HOST
	// names another address.
	SourceIMDS Source = "IMDS"
	// SourceVMExtension is the extension that virtual machines had before
	// IMDS, at http://localhost:50342/oauth2/token. Only when chosen.
	SourceVMExtension Source = "VMExtension"
	// SourceAppService is App Service, Functions and Container Apps:
	// IDENTITY_ENDPOINT and IDENTITY_HEADER.
	SourceAppService Source = "AppService"
	// SourceAppService2017 is App Service's older protocol: MSI_ENDPOINT and
	// MSI_SECRET.
	SourceAppService2017 Source = "AppService2017"
	// SourceAzureArc is a server connected by Azure Arc: IDENTITY_ENDPOINT
	// and IMDS_ENDPOINT, or an installed agent.
	SourceAzureArc Source = "AzureArc"
	// SourceServiceFabric is a Service Fabric cluster: IDENTITY_ENDPOINT,
	// IDENTITY_HEADER and IDENTITY_SERVER_THUMBPRINT.
	SourceServiceFabric Source = "ServiceFabric"
	// SourceCloudShell is Cloud Shell, whose identity is the person signed in:
	// MSI_ENDPOINT alone.
	SourceCloudShell Source = "CloudShell"
	// SourceAzureML is Azure Machine Learning: MSI_ENDPOINT and MSI_SECRET
	// with DEFAULT_IDENTITY_CLIENT_ID or an AZUREML_ variable.
	SourceAzureML Source = "AzureML"
	// SourceWorkloadIdentity is workload identity on Kubernetes. Only when
	// chosen: AZURE_FEDERATED_TOKEN_FILE, AZURE_TENANT_ID and AZURE_CLIENT_ID
	// say what to ask for.
	SourceWorkloadIdentity Source = "WorkloadIdentity"
)

// env reads the environment, which nothing outside this file does.
func env(name string) string { return os.Getenv(name) }

func isSet(names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return env(name) == "" })
}

// choose settles the source: the one named, else what speaks at the endpoint
// named, else what the environment says.
func choose(o *ManagedIdentityCredentialOptions) (source Source, reason string) {
	switch {
	case o.Source != "":
		return o.Source, "chosen by ManagedIdentityCredentialOptions.Source"
	case o.Endpoint != "":
		return SourceIMDS, "ManagedIdentityCredentialOptions.Endpoint is set"
	default:
		return detect()
	}
}

// detect finds the source by the variables its platform sets, and says why, by
// their names. The first match wins: some platforms set the variables of their
// older protocol too. An empty variable counts as unset.
func detect() (source Source, reason string) {
	for _, rule := range detectionRules() {
		if isSet(rule.variables...) {
			return rule.source, strings.Join(rule.variables, ", ") + " set"
		}
	}
	return SourceIMDS, "no variable of another source is set"
}

type detectionRule struct {
	source    Source
	variables []string
}

func detectionRules() []detectionRule {
	return []detectionRule{
		{SourceServiceFabric, []string{"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"}},
		{SourceAppService, []string{"IDENTITY_ENDPOINT", "IDENTITY_HEADER"}},
		{SourceAzureML, []string{"MSI_ENDPOINT", "MSI_SECRET", azureMLVariable()}},
		{SourceAppService2017, []string{"MSI_ENDPOINT", "MSI_SECRET"}},
		{SourceCloudShell, []string{"MSI_ENDPOINT"}},
		{SourceAzureArc, []string{"IDENTITY_ENDPOINT", "IMDS_ENDPOINT"}},
		{SourceIMDS, []string{podIdentityHost}},
	}
}

const (
	podIdentityHost = "AZURE_POD_IDENTITY_AUTHORITY_HOST"
	azureMLClientID = "DEFAULT_IDENTITY_CLIENT_ID"
)

// azureMLVariable is the name of a variable that only Azure Machine Learning
// sets: the client ID's, or the first of its own that is there.
func azureMLVariable() string {
	if isSet(azureMLClientID) {
		return azureMLClientID
	}
	variables := os.Environ()
	slices.Sort(variables)
	for _, variable := range variables {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AZUREML_") && value != "" {
			return name
		}
	}
	return azureMLClientID
}
