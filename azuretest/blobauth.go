package azuretest

import (
	"fmt"
	"net/http"
	"strings"
)

// authorize says why a request may not be, if it may not.
func (b *blobService) authorize(q *blobRequest, op blobOperation) *storageError {
	header := q.r.Header.Get("Authorization")
	switch {
	case q.sas != nil && header != "":
		return badStorageRequest("InvalidAuthenticationInfo", "Authentication information is not given in the correct format: there are both a SAS and an Authorization header.")
	case q.sas != nil:
		return b.checkSAS(q, op)
	case strings.HasPrefix(header, "SharedKey "):
		return b.checkSharedKey(q)
	case header != "":
		return b.checkToken(q, op)
	case b.isCompat():
		return denied("AuthorizationFailure", "the request carries neither a SAS nor a token")
	}
	return &storageError{
		status: http.StatusUnauthorized, code: "NoAuthenticationInformation",
		message: "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
		detail:  "the request has neither a SAS nor an Authorization header, the service wants a SAS, a signature by an account key or a bearer token for https://storage.azure.com/",
	}
}

// checkToken judges a bearer token and the roles of its identity.
func (b *blobService) checkToken(q *blobRequest, op blobOperation) *storageError {
	if isPlain(q.r) {
		return badStorageRequest("AccountRequiresHttps", "The account being accessed does not support http.")
	}
	id, why := q.authenticate("https://storage.azure.com/", "https://storage.azure.com", "https://"+b.host, "https://"+b.host+"/")
	if why != nil {
		return &storageError{
			status: http.StatusUnauthorized, code: "InvalidAuthenticationInfo",
			message: "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.", detail: why.reason,
		}
	}
	if q.r.Header.Get("X-Ms-Version") < "2017-11-09" {
		return badStorageRequest("InvalidAuthenticationInfo", "Authentication information is not given in the correct format: a token takes an x-ms-version of 2017-11-09 or later.")
	}
	q.bearer = id
	b.tree.mu.Lock()
	defer b.tree.mu.Unlock()
	if b.permits(id, op.action) {
		return nil
	}
	return denied("AuthorizationPermissionMismatch", fmt.Sprintf("%s wants the permission %s, the identity %s has %s", q.op, op.action.name, id.name, b.held(id)))
}

func (a *StorageAccount) isCompat() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.compat
}
