package azuretest

import (
	"net/http"
	"net/url"
	"strings"
)

// vaultTarget is what a path and a method ask for.
type vaultTarget struct {
	op      string // after "keyvault."
	name    string
	version string
}

// parseVaultPath tells what is asked for; op is empty if it is nothing a vault
// knows. Names and versions are not judged.
func parseVaultPath(method, escaped string) vaultTarget {
	parts := strings.Split(strings.TrimSuffix(strings.TrimPrefix(escaped, "/"), "/"), "/")
	for i := range parts {
		part, err := url.PathUnescape(parts[i])
		if err != nil || part == "" {
			return vaultTarget{}
		}
		parts[i] = part
	}
	parts = append(parts, "", "")
	switch depth := len(parts) - 2; {
	case depth <= 3 && strings.EqualFold(parts[0], "secrets"):
		return secretTarget(method, depth, parts[1], parts[2])
	case depth <= 3 && strings.EqualFold(parts[0], "deletedsecrets"):
		return deletedTarget(method, depth, parts[1], parts[2])
	}
	return vaultTarget{}
}

// secretTarget reads /secrets/name/last. "versions" and "backup" stand where a
// version would, "restore" where a name would.
func secretTarget(method string, depth int, name, last string) vaultTarget {
	switch {
	case depth == 1 && method == http.MethodGet:
		return vaultTarget{op: "list"}
	case depth == 2 && method == http.MethodPost && name == "restore":
		return vaultTarget{op: "restore"}
	case depth == 3 && method == http.MethodGet && last == "versions":
		return vaultTarget{op: "listversions", name: name}
	case depth == 3 && method == http.MethodPost && last == "backup":
		return vaultTarget{op: "backup", name: name}
	case depth == 2 && method == http.MethodPut:
		return vaultTarget{op: "set", name: name}
	case depth == 2 && method == http.MethodDelete:
		return vaultTarget{op: "delete", name: name}
	case depth >= 2 && method == http.MethodGet:
		return vaultTarget{op: "get", name: name, version: last}
	case depth >= 2 && method == http.MethodPatch:
		return vaultTarget{op: "update", name: name, version: last}
	}
	return vaultTarget{}
}

// deletedTarget reads /deletedsecrets/name/last.
func deletedTarget(method string, depth int, name, last string) vaultTarget {
	switch {
	case depth == 1 && method == http.MethodGet:
		return vaultTarget{op: "listdeleted"}
	case depth == 2 && method == http.MethodGet:
		return vaultTarget{op: "getdeleted", name: name}
	case depth == 2 && method == http.MethodDelete:
		return vaultTarget{op: "purge", name: name}
	case depth == 3 && method == http.MethodPost && last == "recover":
		return vaultTarget{op: "recover", name: name}
	}
	return vaultTarget{}
}
