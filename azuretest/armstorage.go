package azuretest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// accountAnswer is a storage account on the wire.
type accountAnswer struct {
	SKU        accountSKU        `json:"sku"`
	Kind       string            `json:"kind"`
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Type       string            `json:"type"`
	Location   string            `json:"location"`
	Tags       map[string]string `json:"tags"`
	Properties accountProperties `json:"properties"`
}

type accountSKU struct {
	Name string `json:"name"`
	Tier string `json:"tier"`
}

type accountProperties struct {
	AllowSharedKey bool              `json:"allowSharedKeyAccess"`
	Created        string            `json:"creationTime"`
	Endpoints      map[string]string `json:"primaryEndpoints"`
	Location       string            `json:"primaryLocation"`
	State          string            `json:"provisioningState"`
	Status         string            `json:"statusOfPrimary"`
	HTTPSOnly      bool              `json:"supportsHttpsTrafficOnly"`
}

func (q *armRequest) accountAnswer(a *StorageAccount) accountAnswer {
	a.mu.Lock()
	defer a.mu.Unlock()
	blobs := "https://" + a.name + ".blob." + q.cloud.storage
	if a.handedOver != nil {
		blobs = a.handedOver.endpoint
	}
	return accountAnswer{
		SKU:      accountSKU{"Standard_LRS", "Standard"},
		Kind:     "StorageV2",
		ID:       a.id,
		Name:     a.name,
		Type:     accountType,
		Location: a.group.location,
		Tags:     map[string]string{},
		Properties: accountProperties{
			AllowSharedKey: !a.noKeys,
			Created:        stamp(a.created),
			Endpoints:      map[string]string{"blob": blobs + "/"},
			Location:       a.group.location,
			State:          "Succeeded",
			Status:         "available",
		},
	}
}

func getAccount(q *armRequest) (armAnswer, *armError) {
	return armAnswer{status: http.StatusOK, body: q.accountAnswer(q.account)}, nil
}

// listAccounts lists those of a group or, if none is named, of the subscription.
func listAccounts(q *armRequest) (armAnswer, *armError) {
	at := &q.subscription.Scope
	if q.groupName != "" {
		if q.group == nil {
			return armAnswer{}, groupNotFound(q.groupName)
		}
		at = &q.group.Scope
	}
	const name = accountType + "/read"
	var list []armItem
	for _, a := range q.subscription.tree.accounts {
		if a.group.subscription == q.subscription && (q.group == nil || a.group == q.group) {
			list = append(list, armItem{strings.ToLower(a.id), a.permits(q.id, action{name: name}), q.accountAnswer(a)})
		}
	}
	slices.SortFunc(list, func(a, b armItem) int { return strings.Compare(a.mark, b.mark) })
	return q.page(list, name, at)
}

type keysAnswer struct {
	Keys []keyAnswer `json:"keys"`
}

type keyAnswer struct {
	Name        string `json:"keyName"`
	Value       string `json:"value"`
	Permissions string `json:"permissions"`
}

func listKeys(q *armRequest) (armAnswer, *armError) {
	q.account.mu.Lock()
	defer q.account.mu.Unlock()
	return q.account.keysAnswer(), nil
}

func (a *StorageAccount) keysAnswer() armAnswer {
	var list []keyAnswer
	for _, k := range a.keys {
		list = append(list, keyAnswer{k.name, base64.StdEncoding.EncodeToString(k.bytes), "FULL"})
	}
	return armAnswer{status: http.StatusOK, body: keysAnswer{list}}
}

func regenerateKey(q *armRequest) (armAnswer, *armError) {
	var p struct {
		Name string `json:"keyName"`
	}
	if err := json.Unmarshal(q.body, &p); err != nil {
		return armAnswer{}, invalidContent(err)
	}
	q.account.mu.Lock()
	defer q.account.mu.Unlock()
	k := q.account.findKey(p.Name)
	if k == nil {
		return armAnswer{}, invalidValue("keyName")
	}
	q.account.rotate(k)
	return q.account.keysAnswer(), nil
}
