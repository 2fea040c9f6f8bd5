package azuretest

// An Option changes what a [Server] starts with.
type Option func(*settings)

type settings struct {
	empty bool
}

// Empty starts without what the tutorials work with: the vaults, the resource group, the
// storage account, the data lakes. The virtual machine and its system-assigned identity
// are still there.
func Empty() Option {
	return func(s *settings) { s.empty = true }
}
