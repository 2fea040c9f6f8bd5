package azuretest

import (
	"fmt"
	"slices"
	"strings"
)

// armAPI is what the versions of Resource Manager's API differ in.
type armAPI struct {
	types bool // answers tell a group's type and managedBy
}

// armVersion returns what an API version of resource groups offers, or why it is none.
func armVersion(version string) (armAPI, *armError) {
	if problem := checkVersion(version, groupVersions()); problem != nil {
		return armAPI{}, problem
	}
	return armAPI{types: version >= "2017"}, nil // each begins with its date
}

// checkVersion says why a version is none of those supported.
func checkVersion(version string, supported []string) *armError {
	switch {
	case version == "":
		return badARMRequest("MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")
	case !slices.Contains(supported, strings.ToLower(version)):
		return badARMRequest("InvalidApiVersionParameter", fmt.Sprintf("The api-version '%s' is invalid. The supported versions are '%s'.", version, strings.Join(supported, ",")))
	}
	return nil
}

// groupVersions lists the API versions of resource groups, the newest first, as the
// service's own error message does.
func groupVersions() []string {
	return strings.Fields(`
		2025-04-01 2025-03-01 2024-11-01 2024-07-01 2024-03-01
		2023-07-01 2023-07-01-preview 2023-03-01-preview
		2022-12-01 2022-11-01-preview 2022-09-01 2022-06-01 2022-05-01 2022-03-01-preview 2022-01-01
		2021-04-01 2021-01-01
		2020-10-01 2020-09-01 2020-08-01 2020-07-01 2020-06-01 2020-05-01 2020-01-01
		2019-11-01 2019-10-01 2019-09-01 2019-08-01 2019-07-01 2019-06-01 2019-05-10 2019-05-01 2019-03-01
		2018-11-01 2018-09-01 2018-08-01 2018-07-01 2018-06-01 2018-05-01 2018-02-01 2018-01-01
		2017-12-01 2017-08-01 2017-06-01 2017-05-10 2017-05-01 2017-03-01
		2016-09-01 2016-07-01 2016-06-01 2016-02-01
		2015-11-01 2015-01-01 2014-04-01-preview 2014-04-01 2014-01-01`)
}

// storageVersions lists the API versions of storage accounts, the newest first.
// https://learn.microsoft.com/azure/templates/microsoft.storage/storageaccounts
func storageVersions() []string {
	return strings.Fields(`
		2025-08-01 2025-06-01 2025-01-01 2024-01-01 2023-05-01 2023-04-01 2023-01-01 2022-09-01
		2022-05-01
		2021-09-01 2021-08-01 2021-06-01 2021-05-01 2021-04-01 2021-02-01 2021-01-01
		2020-08-01-preview 2019-06-01 2019-04-01
		2018-11-01 2018-07-01 2018-03-01-preview 2018-02-01
		2017-10-01 2017-06-01 2016-12-01 2016-05-01 2016-01-01 2015-06-15 2015-05-01-preview`)
}

// sasVersions lists those that can list SAS.
func sasVersions() []string {
	all := storageVersions()
	return all[:slices.Index(all, "2016-12-01")+1]
}
