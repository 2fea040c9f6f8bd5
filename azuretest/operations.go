package azuretest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// operations returns all names a request's operation can have, in order.
func operations() []string {
	all := []string{"unknown"} // what a service does not know
	for service, names := range map[string]string{
		"imds": "token", "podidentity": "token", "vmextension": "token", "appservice": "token", "appservice2017": "token", "arc": "token",
		"azureml": "token", "cloudshell": "token", "servicefabric": "token", "workloadidentity": "token discovery",
		"keyvault": "get set update delete list listversions listdeleted getdeleted recover purge backup restore",
		"arm": "groups.get groups.exists groups.list groups.createorupdate groups.update groups.delete groups.resources " +
			"operations.result operations.status",
		"storage": "listaccounts getaccount listkeys regeneratekey listservicesas listaccountsas listcontainers getuserdelegationkey " +
			"createcontainer deletecontainer getcontainerproperties getcontaineracl setcontaineracl listblobs putblob putblock " +
			"putblocklist getblocklist getblob getblobproperties setblobmetadata setblobproperties deleteblob",
		"sql": "prelogin tls login batch rpc transaction reset",
	} {
		for name := range strings.FieldsSeq(names) {
			all = append(all, service+"."+name)
		}
	}
	all = append(all, lakeOperations()...)
	slices.Sort(all)
	return all
}

// lakeOperations returns those of data lakes. Of an operation in two steps, the one that
// carries the data has a name of its own.
func lakeOperations() []string {
	var all []string
	for _, table := range []map[string]lakeOp{dataOps(), fileOps(), aclOps(), attributeOps(), snapshotOps(), clusterOps(), gen1Ops()} {
		for name := range table {
			all = append(all, "datalake."+strings.ToLower(name))
			if dataSteps(name) {
				all = append(all, "datalake."+strings.ToLower(name)+".data")
			}
		}
	}
	for _, name := range []string{
		"listfilesystems", "createfilesystem", "deletefilesystem", "getfilesystem", "setfilesystem", "flush", "setproperties",
		"setaccesscontrol", "setaccesscontrolrecursive", "lease",
	} { // of Gen2 alone
		all = append(all, "datalake."+name)
	}
	return all
}

// checkOperation says what is wrong with a pattern for operations, if anything.
func checkOperation(pattern string) error {
	if _, err := path.Match(pattern, ""); err != nil {
		return fmt.Errorf("operation %q: %w", pattern, err)
	}
	all := operations()
	matches := func(name string) bool {
		ok, _ := path.Match(pattern, name) // it is no bad pattern
		return ok
	}
	if pattern == "" || slices.ContainsFunc(all, matches) {
		return nil
	}
	return fmt.Errorf("no operation is called %q; there are %s", pattern, strings.Join(suggestions(pattern, all), ", "))
}

// suggestions are the operations of the service that a pattern names, or all services if
// it names none.
func suggestions(pattern string, all []string) []string {
	service, _, _ := strings.Cut(pattern, ".")
	var own, services []string
	for _, name := range all {
		of, _, dotted := strings.Cut(name, ".")
		switch {
		case dotted && of == service:
			own = append(own, name)
		case dotted:
			services = append(services, of+".*")
		}
	}
	if own != nil {
		return own
	}
	return slices.Compact(services)
}
