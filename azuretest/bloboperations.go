package azuretest

// blobOperation is one operation: what it takes and who answers it.
type blobOperation struct {
	letters string // of a service SAS; any one is enough, without any none opens it
	account string // of an account SAS, likewise
	kind    string // of resource: the srt an account SAS needs
	creates bool   // also opened by c, for a blob that is not there
	action  action
	perform func(*StorageAccount, *blobRequest) *storageError
}

// blobOperations returns the operation of that name, of [blobTarget].op.
// https://learn.microsoft.com/rest/api/storageservices/create-service-sas#permissions-for-a-directory-container-or-blob
// https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#permissions-for-calling-data-operations
func blobOperations(name string) (blobOperation, bool) {
	op, ok := map[string]blobOperation{
		"listcontainers":         {account: "l", kind: "s", action: action{name: containersPath + "read"}, perform: listContainers},
		"getuserdelegationkey":   {kind: "s", action: action{name: delegationAction}, perform: getUserDelegationKey},
		"createcontainer":        {account: "cw", kind: "c", action: action{name: containersPath + "write"}, perform: createContainer},
		"deletecontainer":        {account: "d", kind: "c", action: action{name: containersPath + "delete"}, perform: deleteContainer},
		"getcontainerproperties": {account: "r", kind: "c", action: action{name: containersPath + "read"}, perform: containerProperties},
		"getcontaineracl":        {kind: "c", action: action{name: containersPath + "getAcl/action"}, perform: getContainerACL},
		"setcontaineracl":        {kind: "c", action: action{name: containersPath + "setAcl/action"}, perform: setContainerACL},
		"listblobs":              {letters: "l", account: "l", kind: "c", action: action{blobsPath + "read", true}, perform: listBlobs},
		"putblob":                {letters: "w", account: "w", kind: "o", creates: true, action: action{blobsPath + "write", true}, perform: putBlob},
		"putblock":               {letters: "w", account: "w", kind: "o", action: action{blobsPath + "write", true}, perform: putBlock},
		"putblocklist":           {letters: "w", account: "w", kind: "o", action: action{blobsPath + "write", true}, perform: putBlockList},
		"getblocklist":           {letters: "r", account: "r", kind: "o", action: action{blobsPath + "read", true}, perform: getBlockList},
		"getblob":                {letters: "r", account: "r", kind: "o", action: action{blobsPath + "read", true}, perform: getBlob},
		"getblobproperties":      {letters: "r", account: "r", kind: "o", action: action{blobsPath + "read", true}, perform: blobProperties},
		"setblobmetadata":        {letters: "w", account: "w", kind: "o", action: action{blobsPath + "write", true}, perform: setBlobMetadata},
		"setblobproperties":      {letters: "w", account: "w", kind: "o", action: action{blobsPath + "write", true}, perform: setBlobProperties},
		"deleteblob":             {letters: "d", account: "d", kind: "o", action: action{blobsPath + "delete", true}, perform: deleteBlob},
	}[name]
	return op, ok
}
