package azuretest

import (
	"net/http"
	"net/url"
	"strings"
)

// armTarget is what a path and a method ask for. Names are not judged.
type armTarget struct {
	op             string // such as "arm.groups.get"; empty: nothing Resource Manager knows
	subscriptionID string
	groupName      string
	accountName    string
	job            string
}

// parseARMPath tells what is asked for. Words of the service's own are not
// case-sensitive; a slash may stand at the end.
func parseARMPath(method, escaped string) armTarget {
	parts := strings.Split(strings.TrimSuffix(strings.TrimPrefix(escaped, "/"), "/"), "/")
	for i := range parts {
		part, err := url.PathUnescape(parts[i])
		if err != nil || part == "" {
			return armTarget{}
		}
		parts[i] = part
	}
	if len(parts) < 3 || !strings.EqualFold(parts[0], "subscriptions") {
		return armTarget{}
	}
	t := armTarget{subscriptionID: parts[1]}
	rest := parts[3:]
	switch strings.ToLower(parts[2]) {
	case "resourcegroups":
		t.inGroups(method, rest)
	case "providers":
		t.inProvider(method, rest)
	case "operationresults":
		t.atJob(method, rest, "arm.operations.result")
	case "operationstatuses":
		t.atJob(method, rest, "arm.operations.status")
	}
	return t
}

// inGroups reads what follows /subscriptions/ID/resourcegroups.
func (t *armTarget) inGroups(method string, rest []string) {
	if len(rest) > 0 {
		t.groupName = rest[0]
	}
	switch {
	case len(rest) == 0 && method == http.MethodGet:
		t.op = "arm.groups.list"
	case len(rest) == 1:
		t.op = groupOperation(method)
	case len(rest) == 2 && strings.EqualFold(rest[1], "resources") && method == http.MethodGet:
		t.op = "arm.groups.resources"
	case len(rest) > 2 && strings.EqualFold(rest[1], "providers"):
		t.inProvider(method, rest[2:])
	}
}

func groupOperation(method string) string {
	switch method {
	case http.MethodGet:
		return "arm.groups.get"
	case http.MethodHead:
		return "arm.groups.exists"
	case http.MethodPut:
		return "arm.groups.createorupdate"
	case http.MethodPatch:
		return "arm.groups.update"
	case http.MethodDelete:
		return "arm.groups.delete"
	}
	return ""
}

// inProvider reads what follows .../providers: Microsoft.Storage/storageAccounts,
// perhaps an account's name, and perhaps an action on it.
func (t *armTarget) inProvider(method string, rest []string) {
	if len(rest) < 2 || !strings.EqualFold(rest[0], "Microsoft.Storage") || !strings.EqualFold(rest[1], "storageAccounts") {
		return
	}
	if len(rest) > 2 {
		t.accountName = rest[2]
	}
	switch {
	case len(rest) == 2 && method == http.MethodGet:
		t.op = "storage.listaccounts"
	case len(rest) == 3 && method == http.MethodGet && t.groupName != "":
		t.op = "storage.getaccount"
	case len(rest) == 4 && method == http.MethodPost && t.groupName != "":
		t.op = accountAction(rest[3])
	}
}

func accountAction(name string) string {
	switch action := strings.ToLower(name); action {
	case "listkeys", "regeneratekey", "listservicesas", "listaccountsas":
		return "storage." + action
	}
	return ""
}

// atJob reads what follows the word for the outcomes of operations.
func (t *armTarget) atJob(method string, rest []string, op string) {
	if len(rest) == 1 && method == http.MethodGet {
		t.op, t.job = op, rest[0]
	}
}
