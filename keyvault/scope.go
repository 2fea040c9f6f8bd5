package keyvault

import "strings"

// knownScope is the scope of the tokens for a vault in one of Azure's clouds,
// "" for any other host.
// https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates
func knownScope(host string) string {
	_, domain, _ := strings.Cut(host, ".")
	switch domain {
	case "vault.azure.net", "vault.azure.cn", "vault.usgovcloudapi.net", "vault.microsoftazure.de":
		return "https://" + domain + "/.default"
	default:
		return ""
	}
}
