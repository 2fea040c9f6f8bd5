package page

import (
	"slices"
	"strings"

	"github.com/keyless-go/azure/azuretest"
)

// maxListed is how many things of one kind the page lists.
const maxListed = 50

// list is the beginning of a long list.
type list[T any] struct {
	Items []T
	More  int // how many are left out
}

func listOf[T any](items []T) list[T] {
	n := min(len(items), maxListed)
	return list[T]{items[:n], len(items) - n}
}

// newestOf is a list of what is in the order of time, the newest first.
func newestOf[T any](items []T) list[T] {
	items = slices.Clone(items)
	slices.Reverse(items)
	return listOf(items)
}

// tokenRow is a token, without the token.
type tokenRow struct {
	azuretest.IssuedToken

	Expired bool
}

func (p *page) tokens() list[tokenRow] {
	now := p.azure.Now()
	var rows []tokenRow
	for _, t := range p.azure.IssuedTokens() {
		rows = append(rows, tokenRow{t, !now.Before(t.Expires)})
	}
	return newestOf(rows)
}

// sasRow is a shared access signature, without the signature.
type sasRow struct {
	azuretest.IssuedSAS

	Expired bool
}

// What says what it opens.
func (r sasRow) What() string {
	if r.Resource != "" {
		return r.Resource
	}
	return r.Account + ": services " + r.Services + ", resource types " + r.ResourceTypes
}

func (p *page) signatures() list[sasRow] {
	now := p.azure.Now()
	var rows []sasRow
	for _, s := range p.azure.IssuedSAS() {
		rows = append(rows, sasRow{s, !s.Expiry.IsZero() && !now.Before(s.Expiry)})
	}
	return newestOf(rows)
}

// identityRow is somebody whose tokens are good.
type identityRow struct {
	*azuretest.Identity

	Kind string
}

func (p *page) identities() list[identityRow] {
	system := p.azure.SystemIdentity()
	var rows []identityRow
	for _, id := range p.azure.Directory() {
		kind := "user-assigned"
		switch {
		case id.IsPerson():
			kind = "person"
		case id == system:
			kind = "system-assigned"
		}
		rows = append(rows, identityRow{id, kind})
	}
	return listOf(rows)
}

// vaultRow is a vault, with the names of its secrets.
type vaultRow struct {
	Name, URL       string
	Secrets, Binned list[string]
}

func (p *page) vaults() list[vaultRow] {
	var rows []vaultRow
	for _, v := range p.azure.Vaults() {
		rows = append(rows, vaultRow{v.Name(), v.URL(), listOf(v.SecretNames()), listOf(v.DeletedSecretNames())})
	}
	return listOf(rows)
}

// groupRow is a resource group.
type groupRow struct {
	ID, Name, Location, State string
	Resources                 list[azuretest.Resource]
}

// Subscription is where the group is.
func (r groupRow) Subscription() string {
	id, _, _ := strings.Cut(strings.TrimPrefix(r.ID, "/subscriptions/"), "/")
	return id
}

func (p *page) groups() list[groupRow] {
	var rows []groupRow
	for _, s := range p.azure.Subscriptions() {
		for _, g := range s.ResourceGroups() {
			if state := g.State(); state != "" { // it may be gone by now
				rows = append(rows, groupRow{g.ID(), g.Name(), g.Location(), state, listOf(g.Resources())})
			}
		}
	}
	return listOf(rows)
}

func (p *page) databases() list[Database] {
	if p.options.Databases == nil {
		return list[Database]{}
	}
	return listOf(p.options.Databases())
}
