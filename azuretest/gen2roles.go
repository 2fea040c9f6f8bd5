package azuretest

// withRoles adds to a user what the identity's roles on the storage account give it,
// whatever modes and ACLs say.
// https://learn.microsoft.com/azure/storage/blobs/data-lake-storage-access-control-model
func (a *gen2Account) withRoles(u lakeUser, id *Identity) lakeUser {
	a.server.arm.mu.Lock()
	defer a.server.arm.mu.Unlock()
	account := a.server.arm.accounts[a.name]
	if account == nil {
		return u
	}
	for at := &account.Scope; at != nil; at = at.parent {
		for _, r := range at.roles[id.objectID] {
			switch r {
			case RoleBlobDataOwner:
				u.super = true
			case RoleBlobDataContributor:
				u.granted |= allAccess
			case RoleBlobDataReader:
				u.granted |= readAccess | executeAccess
			case RoleOwner, RoleContributor, RoleReader, RoleStorageAccountContributor: // not about data
			}
		}
	}
	return u
}
