package azuresql

import "strings"

// resourceOf is what tokens for a server are asked for: that of the cloud which
// the server's domain belongs to. Any other domain, such as that of a private
// link or of an emulator, is taken for one of the public cloud. The trailing
// slash is part of the name.
// https://learn.microsoft.com/azure/azure-sql/database/authentication-aad-overview
func resourceOf(host string) string {
	host = "." + strings.ToLower(host)
	for _, cloud := range [...]struct{ resource, domains string }{
		{"https://database.usgovcloudapi.net/", ".database.usgovcloudapi.net .sql.azuresynapse.usgovcloudapi.net"},
		{"https://database.chinacloudapi.cn/", ".database.chinacloudapi.cn .sql.azuresynapse.azure.cn"},
		{"https://database.cloudapi.de/", ".database.cloudapi.de"},
	} {
		for domain := range strings.FieldsSeq(cloud.domains) {
			if strings.HasSuffix(host, domain) {
				return cloud.resource
			}
		}
	}
	return "https://database.windows.net/"
}

// scopeOf has two slashes, and is right so: the first belongs to the resource.
func scopeOf(host string) string { return resourceOf(host) + "/.default" }
