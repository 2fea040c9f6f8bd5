package azuretest

// cloud is what differs between Azure's clouds for a vault.
type cloud struct {
	suffix string // of vault host names, and of the resource tokens are for
	login  string // where the directory is
}

// resource is the audience of a token for the vaults of the cloud.
func (c cloud) resource() string { return "https://" + c.suffix }

// vaultCloud returns the cloud whose vaults have names under suffix, or nil.
// https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates
func vaultCloud(suffix string) *cloud {
	switch suffix {
	case "vault.azure.net":
		return &cloud{suffix, "https://login.windows.net/"}
	case "vault.usgovcloudapi.net":
		return &cloud{suffix, "https://login.microsoftonline.us/"}
	case "vault.azure.cn":
		return &cloud{suffix, "https://login.chinacloudapi.cn/"}
	case "vault.microsoftazure.de":
		return &cloud{suffix, "https://login.microsoftonline.de/"}
	}
	return nil
}
