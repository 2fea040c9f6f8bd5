package azuretest

// Environment returns the variables a program sees where the named source of
// tokens is, none for "imds", or nil for a source this package does not serve:
//
//	imds         the Instance Metadata Service of a virtual machine
//	vmextension  the managed identity VM extension that came before it
//
// The addresses in it are reached with [Server.Client]. The caller owns the map.
func (s *Server) Environment(source string) map[string]string {
	switch source {
	case "imds":
		return map[string]string{}
	case "vmextension":
		return map[string]string{"MSI_ENDPOINT": "http://localhost:" + vmExtensionPort + vmExtensionPath}
	}
	return nil
}
