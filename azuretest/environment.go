package azuretest

import "strings"

// Environment returns the variables a program sees where the named source of
// tokens is, or nil for a source this package does not serve. The case of the name
// does not count; it is one of package credential's or of those here:
//
//	IMDS              the Instance Metadata Service of a virtual machine: no variables
//	PodIdentity       a stand-in for IMDS at another address
//	VMExtension       the managed identity VM extension that came before IMDS
//	AppService        App Service, Functions and Container Apps, see [Server.SetAppServicePlan]
//	AppService2017    their older protocol alone
//	AzureArc, Arc     the agent of Azure Arc, see [Server.SetArcKeyDirectory]
//	ServiceFabric     a Service Fabric node: for [Server.TLSClient]
//	CloudShell        Azure Cloud Shell, whose tokens are those of [Server.SignedInUser]
//	AzureML           an Azure Machine Learning compute
//	WorkloadIdentity  a pod with workload identity on Kubernetes
//
// The addresses in it are reached with [Server.Client]. The secrets in it are good
// until [Server.RotateIdentityHeader]. The identity is the machine's own or, where one
// must be named, the first that [Server.AddUserIdentity] added if that is removed.
//
// WorkloadIdentity comes with a file of the pod's token in the system's temporary
// directory. It is kept new until Close removes it; Environment panics if it cannot
// be written. The caller owns the map.
func (s *Server) Environment(source string) map[string]string {
	switch strings.ToLower(source) {
	case "imds":
		return map[string]string{}
	case "podidentity":
		return map[string]string{"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:" + podIdentityPort}
	case "vmextension":
		return map[string]string{"MSI_ENDPOINT": "http://localhost:" + vmExtensionPort + vmExtensionPath}
	case "appservice":
		env := s.appService2017Environment()
		env["IDENTITY_ENDPOINT"], env["IDENTITY_HEADER"] = env["MSI_ENDPOINT"], env["MSI_SECRET"]
		return env
	case "appservice2017":
		return s.appService2017Environment()
	case "azurearc", "arc":
		return s.arcEnvironment()
	case "servicefabric":
		return s.serviceFabricEnvironment()
	case "cloudshell":
		return map[string]string{"MSI_ENDPOINT": "http://localhost:" + cloudShellPort + vmExtensionPath}
	case "azureml":
		return map[string]string{
			"MSI_ENDPOINT":               "http://localhost:" + azureMLPort + "/MSI/auth",
			"MSI_SECRET":                 s.identityHeader(),
			"DEFAULT_IDENTITY_CLIENT_ID": s.defaultClientID("clientid"),
		}
	case "workloadidentity":
		return map[string]string{
			"AZURE_FEDERATED_TOKEN_FILE": s.kubelet.mount(s),
			"AZURE_CLIENT_ID":            s.defaultClientID(guid("nobody")),
			"AZURE_TENANT_ID":            tenantID(),
			"AZURE_AUTHORITY_HOST":       "https://login.microsoftonline.com/",
		}
	}
	return nil
}

// appService2017Environment is there for the newer protocol too: App Service sets
// the variables of both.
func (s *Server) appService2017Environment() map[string]string {
	return map[string]string{
		"MSI_ENDPOINT": s.appServicePlan().endpoint(),
		"MSI_SECRET":   s.identityHeader(),
	}
}

// defaultClientID is that of the first identity, or what the platform names where
// there is none.
func (s *Server) defaultClientID(none string) string {
	if all := s.identities.all(); len(all) > 0 {
		return all[0].clientID
	}
	return none
}
