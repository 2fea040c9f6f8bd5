package azuretest

import "strings"

// knownResource reports whether the directory issues tokens for a resource.
// Services that go by their address are known with and without the slash at its
// end.
func knownResource(resource string) bool {
	if isGUID(resource) || strings.HasPrefix(resource, "api://") {
		return true
	}
	host, ok := strings.CutPrefix(strings.TrimSuffix(resource, "/"), "https://")
	return ok && (knownAudience(host) || ownHost(host))
}

// knownAudience lists the services every directory knows, in all clouds.
func knownAudience(host string) bool {
	switch host {
	case "management.azure.com", "management.core.windows.net",
		"management.usgovcloudapi.net", "management.core.usgovcloudapi.net",
		"management.chinacloudapi.cn", "management.core.chinacloudapi.cn",
		"vault.azure.net", "vault.usgovcloudapi.net", "vault.azure.cn", "vault.microsoftazure.de",
		"managedhsm.azure.net",
		"storage.azure.com",
		"datalake.azure.net",
		"database.windows.net", "database.usgovcloudapi.net", "database.chinacloudapi.cn",
		"ossrdbms-aad.database.windows.net",
		"graph.microsoft.com", "graph.windows.net", "graph.microsoft.us", "microsoftgraph.chinacloudapi.cn",
		"servicebus.azure.net", "eventhubs.azure.net", "batch.core.windows.net",
		"cognitiveservices.azure.com", "search.azure.com", "cosmos.azure.com",
		"azconfig.io", "api.loganalytics.io", "monitor.azure.com", "redis.azure.com":
		return true
	}
	return false
}

// ownHost reports whether host is the address of somebody's own vault or storage
// account.
func ownHost(host string) bool {
	name, suffix, ok := strings.Cut(host, ".")
	if !ok || !isLabel(name) {
		return false
	}
	if vaultCloud(suffix) != nil {
		return true
	}
	kind, cloud, _ := strings.Cut(suffix, ".")
	switch kind {
	case "blob", "dfs", "file", "queue", "table":
		return cloud == "core.windows.net" || cloud == "core.usgovcloudapi.net" || cloud == "core.chinacloudapi.cn"
	}
	return false
}

const (
	lowerHex  = "0123456789abcdef"
	nameChars = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-"
)

// consistsOf reports whether all characters of s are among chars.
func consistsOf(s, chars string) bool { return strings.Trim(s, chars) == "" }

func isLabel(s string) bool {
	return len(s) >= 1 && len(s) <= 63 && consistsOf(s, nameChars)
}

func isGUID(s string) bool {
	parts := strings.Split(strings.ToLower(s), "-")
	if len(parts) != 5 || !consistsOf(strings.Join(parts, ""), lowerHex) {
		return false
	}
	for i, length := range []int{8, 4, 4, 4, 12} {
		if len(parts[i]) != length {
			return false
		}
	}
	return true
}
