package azuretest

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"strings"
)

// accountKey is one of an account's two keys. It depends on nothing but the account's
// name and how often it was rotated, so it is the same in every run.
type accountKey struct {
	name  string
	bytes []byte
	turns int
}

func newAccountKeys(account string) [2]accountKey {
	keys := [2]accountKey{{name: "key1"}, {name: "key2"}}
	for i := range keys {
		keys[i].derive(account)
	}
	return keys
}

func (k *accountKey) derive(account string) {
	sum := sha512.Sum512(fmt.Appendf(nil, "keyless for azure: storage key %s %s %d", account, k.name, k.turns))
	k.bytes = sum[:]
}

// Key returns the account's key "key1" or "key2" in base64, for tests that sign SAS of
// their own. It panics for any other name.
func (a *StorageAccount) Key(name string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return base64.StdEncoding.EncodeToString(a.key(name).bytes)
}

// RotateKey replaces the key "key1" or "key2": what was signed with the old one is
// refused from now on. It panics for any other name.
func (a *StorageAccount) RotateKey(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rotate(a.key(name))
}

// rotate replaces a key. The caller holds a.mu.
func (a *StorageAccount) rotate(k *accountKey) {
	k.turns++
	k.derive(a.name)
}

func (a *StorageAccount) key(name string) *accountKey {
	k := a.findKey(name)
	if k == nil {
		panic(fmt.Sprintf("azuretest: no account has a key named %q", name))
	}
	return k
}

func (a *StorageAccount) findKey(name string) *accountKey {
	for i := range a.keys {
		if strings.EqualFold(a.keys[i].name, name) {
			return &a.keys[i]
		}
	}
	return nil
}

// signSAS signs the way all of Azure Storage does.
// https://learn.microsoft.com/rest/api/storageservices/create-service-sas#specify-the-signature
func signSAS(key []byte, text string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signed reports whether one of the account's keys has signed text. The caller holds
// a.mu.
func (a *StorageAccount) signed(text, signature string) bool {
	for _, k := range a.keys {
		if hmac.Equal([]byte(signSAS(k.bytes, text)), []byte(signature)) {
			return true
		}
	}
	return false
}
