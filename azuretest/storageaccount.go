package azuretest

import (
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"time"
)

// A StorageAccount is one storage account of a [Server]: an entry in Resource Manager,
// two keys, and blobs. Its methods seed and inspect it behind the service's back: no
// token, no role, no SAS. All are safe for concurrent use and see the account as
// requests do.
//
// A new account is open to the machine's system-assigned identity, its blobs too; see
// [Scope]. Its blobs are at https://NAME.blob.core.windows.net, and under the names that
// other clouds' accounts have.
type StorageAccount struct {
	Scope

	server  *Server
	name    string
	created time.Time
	group   *ResourceGroup // tree.mu guards it

	mu         sync.Mutex // guards what follows; taken after tree.mu where both are
	keys       [2]accountKey
	containers map[string]*container // :: name
	sasVersion string
	lax        bool
	compat     bool
	noKeys     bool // access by key, and so by SAS, is not allowed
	handedOver *handOver
	lastETag   int64
}

// handOver is the account that takes this one's place on the data's side.
type handOver struct {
	endpoint, account string
	key               []byte
}

// StorageAccount returns the account of that name and creates it, empty, at first use:
// in the tutorials' subscription 98f51385-2edc-4b79-bed9-7718de4cb861, group DevTest; see
// [StorageAccount.Move]. It panics if no account can have that name.
func (s *Server) StorageAccount(name string) *StorageAccount {
	if !isAccountName(name) {
		panic(fmt.Sprintf("azuretest: StorageAccount: no account can be named %q", name))
	}
	g := s.Subscription(subscriptionID).Group(tutorialGroup)
	s.arm.mu.Lock()
	defer s.arm.mu.Unlock()
	if a, ok := s.arm.accounts[name]; ok {
		return a
	}
	a := &StorageAccount{
		Scope:      newScope(&s.arm, accountID(g, name), &g.Scope),
		server:     s,
		name:       name,
		created:    s.Now(),
		group:      g,
		keys:       newAccountKeys(name),
		containers: map[string]*container{},
		sasVersion: oldestSAS,
	}
	if s.arm.accounts == nil {
		s.arm.accounts = map[string]*StorageAccount{}
	}
	s.arm.accounts[name] = a
	return a
}

func accountID(g *ResourceGroup, name string) string {
	return g.id + "/providers/" + accountType + "/" + name
}

// isAccountName follows
// https://learn.microsoft.com/azure/storage/common/storage-account-overview#storage-account-name
func isAccountName(s string) bool {
	return len(s) >= 3 && len(s) <= 24 && consistsOf(s, "abcdefghijklmnopqrstuvwxyz0123456789")
}

// Name returns the account's name.
func (a *StorageAccount) Name() string { return a.name }

// String returns the account's name: nobody prints its keys by accident.
func (a *StorageAccount) String() string { return a.name }

// GoString is String, for %#v.
func (a *StorageAccount) GoString() string { return "azuretest.StorageAccount(" + a.name + ")" }

// URL returns the address of the account's blobs, such as
// "https://mystorageacct.blob.core.windows.net", with no slash at its end.
func (a *StorageAccount) URL() string { return "https://" + a.name + ".blob.core.windows.net" }

// ID returns the account's resource ID.
func (a *StorageAccount) ID() string {
	a.tree.mu.Lock()
	defer a.tree.mu.Unlock()
	return a.id
}

// Move puts the account into another group. Its own roles stay.
func (a *StorageAccount) Move(to *ResourceGroup) {
	a.tree.mu.Lock()
	defer a.tree.mu.Unlock()
	a.group, a.parent, a.id = to, &to.Scope, accountID(to, a.name)
}

// AllowSharedKey switches on or off that what is signed with the account's keys opens
// it. It is on at first. Off, listServiceSas still answers, but its SAS are refused.
// https://learn.microsoft.com/azure/storage/common/shared-key-authorization-prevent
func (a *StorageAccount) AllowSharedKey(on bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.noKeys = !on
}

// Lax switches on or off that listServiceSas and listAccountSas take permissions as
// they come: unknown letters, letters in any order. It is off at first: the service
// refuses them.
func (a *StorageAccount) Lax(on bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lax = on
}

// AzuriteCompat switches on or off that SAS are refused as Azurite 3.35 does it: 403
// AuthorizationFailure whatever is wrong with it, IP ranges not looked at. It is off at
// first.
func (a *StorageAccount) AzuriteCompat(on bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.compat = on
}

// SetSASVersion sets the storage version, "2015-04-05" at first and in the real
// service, that listServiceSas and listAccountSas write and sign SAS by. The ways to sign
// changed in "2018-11-09" and "2020-12-06". It panics for what is no version from
// 2015-04-05 on.
func (a *StorageAccount) SetSASVersion(version string) {
	if !isSASVersion(version) {
		panic(fmt.Sprintf("azuretest: SetSASVersion: %q is no version from %s on", version, oldestSAS))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sasVersion = version
}

// HandOver lets another server stand in for the account's blobs, such as a real
// Azurite: from now on listServiceSas and listAccountSas mint SAS for that account's
// name, with that account's key in base64, and requests to the account's blobs here are
// refused. The endpoint, such as "http://127.0.0.1:10000/devstoreaccount1", is what the
// account's properties tell. A SAS for https only is none for an http endpoint. It
// panics if the key is not base64. Nothing is sent to the endpoint.
func (a *StorageAccount) HandOver(endpoint, account, key string) {
	decoded, err := base64.StdEncoding.DecodeString(key)
	if err != nil {
		panic("azuretest: HandOver: the key is not base64") // the key itself is secret
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.handedOver = &handOver{strings.TrimSuffix(endpoint, "/"), account, decoded}
}

// resource is the account as its group lists it. The caller holds tree.mu.
func (a *StorageAccount) resource() groupResource {
	return groupResource{
		Resource: Resource{Type: accountType, Name: a.name, Kind: "StorageV2"},
		id:       a.id,
		created:  a.created,
		scope:    &a.Scope,
	}
}
