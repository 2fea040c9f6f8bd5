package azuretest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// accountState is a storage account in a saved state; its containers follow.
type accountState struct {
	Name          string         `json:"name"`
	Subscription  string         `json:"subscription"`
	Group         string         `json:"group"`
	Scope         scopeState     `json:"scope"`
	Created       instant        `json:"created"`
	Keys          [2]keyState    `json:"keys"`
	SASVersion    string         `json:"sasVersion"`
	Lax           bool           `json:"lax"`
	AzuriteCompat bool           `json:"azuriteCompat"`
	NoSharedKey   bool           `json:"noSharedKey"`
	HandedOver    *handOverState `json:"handedOver,omitempty"`
	LastETag      int64          `json:"lastETag"`
}

type keyState struct {
	Turns int    `json:"turns"`
	Bytes []byte `json:"bytes"`
}

type handOverState struct {
	Endpoint string `json:"endpoint"`
	Account  string `json:"account"`
	Key      []byte `json:"key"`
}

// containerState is a container; its blobs follow.
type containerState struct {
	Name     string                 `json:"name"`
	Metadata map[string]rawText     `json:"metadata,omitempty"`
	ETag     string                 `json:"etag"`
	Modified instant                `json:"modified"`
	Policies map[string]policyState `json:"policies,omitempty"`
}

type policyState struct {
	Start       instant `json:"start,omitzero"`
	Expiry      instant `json:"expiry,omitzero"`
	Permissions rawText `json:"permissions,omitempty"`
}

// savedContainer is a container as it is at one moment.
type savedContainer struct {
	about *containerState
	blobs []savedBlob
}

func (c savedContainer) write(out *stateWriter) {
	out.write(stateRecord{Container: c.about})
	for _, b := range c.blobs {
		out.write(stateRecord{Blob: b.about})
		for _, one := range b.contents {
			out.content(one.reader(), one.size)
		}
	}
}

// reader returns a reader of all the content.
func (c content) reader() io.Reader {
	list := make([]io.Reader, len(c.parts))
	for i, part := range c.parts {
		list[i] = bytes.NewReader(part)
	}
	return io.MultiReader(list...)
}

func (a *StorageAccount) state() (*accountState, []savedContainer) {
	a.tree.mu.Lock()
	defer a.tree.mu.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	out := &accountState{
		Name: a.name, Subscription: a.group.subscription.guid, Group: a.group.name, Scope: a.Scope.state(), Created: instant{a.created},
		SASVersion: a.sasVersion, Lax: a.lax, AzuriteCompat: a.compat, NoSharedKey: a.noKeys, LastETag: a.lastETag,
	}
	for i, k := range a.keys {
		out.Keys[i] = keyState{k.turns, k.bytes}
	}
	if to := a.handedOver; to != nil {
		out.HandedOver = &handOverState{to.endpoint, to.account, to.key}
	}
	var list []savedContainer
	for _, c := range inOrderOfKeys(a.containers) {
		list = append(list, c.saved())
	}
	return out, list
}

// saved is the container as it is. The caller holds the account's mu.
func (c *container) saved() savedContainer {
	out := savedContainer{about: &containerState{
		Name: c.name, Metadata: rawMap(c.metadata), ETag: c.etag, Modified: instant{c.modified}, Policies: map[string]policyState{},
	}}
	for id, p := range c.policies {
		out.about.Policies[id] = policyState{instant{p.Start}, instant{p.Expiry}, rawText(p.Permissions)}
	}
	for _, name := range slices.Sorted(maps.Keys(c.blobs)) {
		out.blobs = append(out.blobs, c.savedBlob(name))
	}
	return out
}

func (l *stateLoader) takeAccount(st *accountState) (err error) {
	sub := l.subscriptions[strings.ToLower(st.Subscription)]
	if sub == nil || !isAccountName(st.Name) || l.accounts[st.Name] != nil || !isSASVersion(st.SASVersion) || badGroupName(st.Group) != "" {
		return fmt.Errorf("no storage account, or no second one, can be %q", st.Name)
	}
	g := sub.groups[strings.ToLower(st.Group)]
	if g == nil {
		g = sub.create(st.Group)
	}
	a := &StorageAccount{
		server: l.server, name: st.Name, created: st.Created.Time, group: g,
		keys: newAccountKeys(st.Name), containers: map[string]*container{}, sasVersion: st.SASVersion,
		lax: st.Lax, compat: st.AzuriteCompat, noKeys: st.NoSharedKey, lastETag: st.LastETag,
	}
	if a.Scope, err = l.scope(st.Scope, accountID(g, st.Name), &g.Scope); err != nil {
		return err
	}
	for i, k := range st.Keys {
		a.keys[i].turns, a.keys[i].bytes = k.Turns, k.Bytes
	}
	if to := st.HandedOver; to != nil {
		a.handedOver = &handOver{to.Endpoint, to.Account, to.Key}
	}
	l.accounts[st.Name], l.account, l.container = a, a, nil
	return nil
}

func (l *stateLoader) takeContainer(st *containerState) error {
	switch {
	case l.account == nil:
		return errors.New("a container without a storage account")
	case !isContainerName(st.Name) || l.account.containers[st.Name] != nil:
		return fmt.Errorf("no container, or no second one, can be %q", st.Name)
	}
	c := &container{
		name: st.Name, metadata: plainMap(st.Metadata), etag: st.ETag, modified: st.Modified.Time,
		policies: map[string]AccessPolicy{}, blobs: map[string]*blob{},
	}
	for id, p := range st.Policies {
		c.policies[id] = AccessPolicy{p.Start.Time, p.Expiry.Time, string(p.Permissions)}
	}
	l.account.containers[st.Name], l.container = c, c
	return nil
}
