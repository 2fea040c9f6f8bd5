package credential

import (
	"fmt"
	"os"
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

// env is the only place where this library reads the environment.
func env(name string) string { return os.Getenv(name) }

func isSet(names ...string) bool {
	for _, name := range names {
		if env(name) == "" {
			return false
		}
	}
	return true
}

// detect finds the source by the variables its platform sets, and says why, by
// their names. The first match wins: some platforms set the variables of their
// older protocol too. An empty variable counts as unset.
func detect() (source Source, reason string) {
	for _, rule := range detectionRules() {
		if isSet(rule.variables...) && (rule.also == nil || rule.also()) {
			return rule.source, strings.Join(rule.variables, ", ") + " set"
		}
	}
	if isSet(podIdentityHost) {
		return SourceIMDS, podIdentityHost + " set"
	}
	return SourceIMDS, "no variable of another source is set"
}

const podIdentityHost = "AZURE_POD_IDENTITY_AUTHORITY_HOST"

type detectionRule struct {
	source    Source
	variables []string
	also      func() bool
}

func detectionRules() []detectionRule {
	return []detectionRule{
		{source: SourceServiceFabric, variables: []string{"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"}},
		{source: SourceAppService, variables: []string{"IDENTITY_ENDPOINT", "IDENTITY_HEADER"}},
		{source: SourceAzureML, variables: []string{"MSI_ENDPOINT", "MSI_SECRET"}, also: inAzureML},
		{source: SourceAppService2017, variables: []string{"MSI_ENDPOINT", "MSI_SECRET"}},
		{source: SourceCloudShell, variables: []string{"MSI_ENDPOINT"}},
		{source: SourceAzureArc, variables: []string{"IDENTITY_ENDPOINT", "IMDS_ENDPOINT"}},
	}
}

func inAzureML() bool {
	if isSet("DEFAULT_IDENTITY_CLIENT_ID") {
		return true
	}
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AZUREML_") && value != "" {
			return true
		}
	}
	return false
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

// newOrigin makes the provider of a source. One that is the source only for want
// of another looks for an agent's files when it is first used.
func newOrigin(source Source, reason string, o *ManagedIdentityCredentialOptions) (*origin, error) {
	p, err := newProvider(source, o)
	if err != nil {
		return nil, err
	}
	return &origin{source: source, reason: reason, provider: p, rules: p.rules().with(o.Retry)}, nil
}

// settleByFiles is the part of detection that needs I/O: is there an agent of
// Azure Arc on a machine whose environment names no source?
func settleByFiles(o ManagedIdentityCredentialOptions) func() *origin {
	if o.Source != "" || o.Endpoint != "" || isSet(podIdentityHost) {
		return nil
	}
	return func() *origin {
		if !agentInstalled() {
			return nil
		}
		found, err := newOrigin(SourceAzureArc, "no variable of another source is set, and the agent of Azure Arc is installed", &o)
		if err != nil {
			return nil
		}
		return found
	}
}

// newProvider makes the provider of a source.
func newProvider(source Source, o *ManagedIdentityCredentialOptions) (provider, error) {
	switch source {
	case SourceIMDS:
		return newIMDS(o)
	case SourceVMExtension:
		return newVMExtension(o)
	case SourceAppService:
		return newAppService(o)
	case SourceAppService2017:
		return newAppService2017(o)
	case SourceAzureArc:
		return newArc(o)
	case SourceServiceFabric:
		return newServiceFabric(o)
	case SourceCloudShell:
		return newCloudShell(o)
	case SourceAzureML:
		return newAzureML(o)
	case SourceWorkloadIdentity:
		return newWorkload(o)
	default:
		return nil, fmt.Errorf("unknown source %q", string(source))
	}
}
