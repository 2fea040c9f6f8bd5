package azuretest

import (
	"fmt"
	"net/http"
	"strings"
)

const (
	readAction   = "Microsoft.Resources/subscriptions/resourceGroups/read"
	writeAction  = "Microsoft.Resources/subscriptions/resourceGroups/write"
	deleteAction = "Microsoft.Resources/subscriptions/resourceGroups/delete"
	accountType  = "Microsoft.Storage/storageAccounts"
	maxARMBody   = 4 << 20
)

// armOp is one operation: what it takes and who answers it. Its answer holds
// arm.mu.
type armOp struct {
	action   string          // empty: each item is judged, or there is nothing to judge
	kind     armKind         // of the limit it counts against
	versions func() []string // nil: those of groups
	maxBody  int64
	needs    armNeeds
	answer   func(*armRequest) (armAnswer, *armError)
}

// armNeeds is what has to be there.
type armNeeds int

const (
	needSubscription armNeeds = iota
	needGroup
	needAccount
)

// armOps returns the operation of that name, of [armTarget].op.
// https://learn.microsoft.com/rest/api/resources/resource-groups
// https://learn.microsoft.com/rest/api/storagerp/storage-accounts
func armOps(name string) (armOp, bool) {
	op, ok := map[string]armOp{
		"arm.groups.get":            {action: readAction, needs: needGroup, answer: getGroup},
		"arm.groups.exists":         {action: readAction, needs: needGroup, answer: groupExists},
		"arm.groups.list":           {answer: listGroups},
		"arm.groups.createorupdate": {action: writeAction, kind: armWrite, maxBody: maxARMBody, answer: putGroup},
		"arm.groups.update":         {action: writeAction, kind: armWrite, maxBody: maxARMBody, needs: needGroup, answer: patchGroup},
		"arm.groups.delete":         {action: deleteAction, kind: armDelete, needs: needGroup, answer: deleteGroup},
		"arm.groups.resources":      {needs: needGroup, answer: listResources},
		"arm.operations.result":     {answer: operationResult},
		"arm.operations.status":     {answer: operationStatus},
		"storage.listaccounts":      {versions: storageVersions, answer: listAccounts},
		"storage.getaccount":        {action: accountType + "/read", kind: storageRead, versions: storageVersions, needs: needAccount, answer: getAccount},
		"storage.listkeys":          {action: accountType + "/listkeys/action", kind: storageList, versions: storageVersions, needs: needAccount, answer: listKeys},
		"storage.regeneratekey":     {action: accountType + "/regeneratekey/action", kind: armWrite, versions: storageVersions, maxBody: maxARMBody, needs: needAccount, answer: regenerateKey},
		"storage.listservicesas":    {action: accountType + "/listServiceSas/action", kind: storageList, versions: sasVersions, maxBody: maxARMBody, needs: needAccount, answer: listServiceSAS},
		"storage.listaccountsas":    {action: accountType + "/listAccountSas/action", kind: storageList, versions: sasVersions, maxBody: maxARMBody, needs: needAccount, answer: listAccountSAS},
	}[name]
	return op, ok
}

// answer finds what is asked of, judges whether it may be, and asks. The caller holds
// arm.mu.
func (a arm) answer(c *call, q *armRequest, op armOp) (armAnswer, *armError) {
	if problem := a.findSubscription(q); problem != nil {
		return armAnswer{}, problem
	}
	if problem := q.subscription.limits.take(c.w.Header(), q, op.kind); problem != nil {
		return armAnswer{}, problem
	}
	at := a.find(q)
	if op.action != "" && !at.permits(q.id, action{name: op.action}) {
		return armAnswer{}, unauthorized(q.id, op.action, at)
	}
	switch {
	case q.groupName != "" && q.group == nil && op.needs >= needGroup:
		return armAnswer{}, groupNotFound(q.groupName)
	case q.account == nil && op.needs == needAccount:
		return armAnswer{}, missing("ResourceNotFound", fmt.Sprintf("The Resource '%s/%s' under resource group '%s' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
			accountType, q.accountName, q.groupName))
	}
	return op.answer(q)
}

func (a arm) findSubscription(q *armRequest) *armError {
	id := q.subscriptionID
	if !isGUID(id) {
		return badARMRequest("InvalidSubscriptionId", fmt.Sprintf("The provided subscription identifier '%s' is malformed or invalid.", id))
	}
	q.subscription = a.arm.subscriptions[strings.ToLower(id)]
	if q.subscription == nil {
		return missing("SubscriptionNotFound", fmt.Sprintf("The subscription '%s' could not be found.", id))
	}
	return nil
}

// find finds the group and the account a request names, and returns where to look for
// the roles of whoever sent it: at the innermost of them that is there.
func (a arm) find(q *armRequest) *Scope {
	at := &q.subscription.Scope
	if q.group = q.subscription.groups[strings.ToLower(q.groupName)]; q.group == nil {
		return at
	}
	at = &q.group.Scope
	if account := a.arm.accounts[strings.ToLower(q.accountName)]; account != nil && account.group == q.group {
		q.account, at = account, &account.Scope
	}
	return at
}

func unauthorized(id *Identity, name string, at *Scope) *armError {
	return &armError{http.StatusForbidden, armErrorBody{Code: "AuthorizationFailed", Message: fmt.Sprintf(
		"The client '%s' with object id '%s' does not have authorization to perform action '%s' over scope '%s' or the scope is invalid. "+
			"If access was recently granted, please refresh your credentials. (The identity %s has %s there.)",
		id.clientID, id.objectID, name, at.id, id.name, at.held(id))}}
}
