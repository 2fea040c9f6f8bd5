package azuretest

import "strings"

// A Role is a set of things an identity may do, by the name Azure's built-in role
// has; see [Scope.Assign].
// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
type Role string

// The roles of a [Scope]. Those of blob data are about requests to a storage
// account's blobs with a token; the others about requests to Resource Manager, and
// give no access to blobs.
const (
	RoleOwner                     Role = "Owner"
	RoleContributor               Role = "Contributor"
	RoleReader                    Role = "Reader"
	RoleStorageAccountContributor Role = "Storage Account Contributor"
	RoleBlobDataOwner             Role = "Storage Blob Data Owner"
	RoleBlobDataContributor       Role = "Storage Blob Data Contributor"
	RoleBlobDataReader            Role = "Storage Blob Data Reader"
)

// An action is what a request does, in the words of role definitions.
type action struct {
	name string
	data bool // it is about what is in the resource, not the resource
}

// The actions on blobs.
const (
	containersPath = "Microsoft.Storage/storageAccounts/blobServices/containers/"
	blobsPath      = containersPath + "blobs/"

	delegationAction = "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"
)

// patterns returns the actions of a role; known is false for a role nobody has defined.
func (r Role) patterns() (control, data []string, known bool) {
	switch r {
	case RoleOwner, RoleContributor:
		return []string{"*"}, nil, true
	case RoleReader:
		return []string{"*/read"}, nil, true
	case RoleStorageAccountContributor:
		return []string{"Microsoft.Storage/storageAccounts/*", "Microsoft.Resources/subscriptions/resourceGroups/read"}, nil, true
	case RoleBlobDataOwner:
		return []string{containersPath + "*", delegationAction}, []string{blobsPath + "*"}, true
	case RoleBlobDataContributor:
		return []string{containersPath + "read", containersPath + "write", containersPath + "delete", delegationAction},
			[]string{blobsPath + "read", blobsPath + "write", blobsPath + "delete", blobsPath + "add/action"}, true
	case RoleBlobDataReader:
		return []string{containersPath + "read", delegationAction}, []string{blobsPath + "read"}, true
	}
	return nil, nil, false
}

// permits reports whether an action is among those of the role.
func (r Role) permits(a action) bool {
	patterns, data, _ := r.patterns()
	if a.data {
		patterns = data
	}
	for _, pattern := range patterns {
		before, after, wild := strings.Cut(pattern, "*")
		if !wild && pattern == a.name {
			return true
		}
		if wild && len(a.name) >= len(before)+len(after) && strings.HasPrefix(a.name, before) && strings.HasSuffix(a.name, after) {
			return true
		}
	}
	return false
}
