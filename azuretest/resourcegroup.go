package azuretest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
)

// A ResourceGroup is one group of a [Subscription]. After its deletion the value is
// of no more use; [Subscription.Group] makes a new group.
type ResourceGroup struct {
	Scope

	subscription *Subscription
	name         string

	// tree.mu guards what follows.
	location  string
	managedBy string
	tags      map[string]string // nil: never set
	resources []groupResource
	locked    bool
	job       *deletionJob // of the deletion under way; nil: none
}

// A Resource is something in a [ResourceGroup]. Storage accounts are there by
// themselves.
type Resource struct {
	Type     string // such as "Microsoft.Compute/virtualMachines"
	Name     string
	Kind     string            // empty: the resource has none
	Location string            // empty: the group's
	Tags     map[string]string // nil: none
	Stuck    string            // why the resource cannot be deleted, which fails the group's deletion; empty: it can
}

// groupResource is a resource and when it came.
type groupResource struct {
	Resource

	id      string
	created time.Time
	scope   *Scope // where roles for it are assigned
}

// Name returns the group's name as it was written at its creation. Names are not
// case-sensitive.
func (g *ResourceGroup) Name() string { return g.name }

// SetLocation sets where the group is, such as "westeurope" or, which is the same,
// "West Europe".
func (g *ResourceGroup) SetLocation(name string) {
	g.tree.mu.Lock()
	defer g.tree.mu.Unlock()
	g.location = regionName(name)
}

// SetTags replaces the group's tags. Nil is a group that was never given any.
func (g *ResourceGroup) SetTags(tags map[string]string) {
	g.tree.mu.Lock()
	defer g.tree.mu.Unlock()
	g.tags = maps.Clone(tags)
}

// Tags returns the group's tags. The caller owns the result.
func (g *ResourceGroup) Tags() map[string]string {
	g.tree.mu.Lock()
	defer g.tree.mu.Unlock()
	return maps.Clone(g.tags)
}

// AddResource puts a resource into the group, in the place of the one of the same type
// and name. It panics if the resource has no name or no type of the form
// "Provider/type".
func (g *ResourceGroup) AddResource(r Resource) {
	if provider, kind, ok := strings.Cut(r.Type, "/"); !ok || provider == "" || kind == "" || r.Name == "" {
		panic(fmt.Sprintf("azuretest: AddResource: no resource can have type %q and name %q", r.Type, r.Name))
	}
	r.Tags = maps.Clone(r.Tags)
	g.tree.mu.Lock()
	defer g.tree.mu.Unlock()
	added := groupResource{Resource: r, id: g.resourceID(r), created: g.subscription.server.Now(), scope: &g.Scope}
	g.resources = slices.DeleteFunc(g.resources, func(old groupResource) bool { return strings.EqualFold(old.id, added.id) })
	g.resources = append(g.resources, added)
}

func (g *ResourceGroup) resourceID(r Resource) string {
	return g.id + "/providers/" + r.Type + "/" + r.Name
}

// Lock switches on or off a lock that forbids to delete the group.
func (g *ResourceGroup) Lock(on bool) {
	g.tree.mu.Lock()
	defer g.tree.mu.Unlock()
	g.locked = on
}

// State returns the group's provisioning state, "Succeeded" or "Deleting", or "" once
// it is deleted.
func (g *ResourceGroup) State() string {
	g.tree.mu.Lock()
	defer g.tree.mu.Unlock()
	g.tree.settle(g.subscription.server.Now())
	if g.subscription.groups[strings.ToLower(g.name)] != g {
		return ""
	}
	return g.state()
}

// state is State of a group that is there. The caller holds tree.mu.
func (g *ResourceGroup) state() string {
	if g.job != nil {
		return "Deleting"
	}
	return "Succeeded"
}

// members returns all that is in the group, storage accounts too, in the order of
// their IDs. The caller holds tree.mu.
func (g *ResourceGroup) members() []groupResource {
	list := slices.Clone(g.resources)
	for _, a := range g.tree.accounts {
		if a.group == g {
			list = append(list, a.resource())
		}
	}
	slices.SortFunc(list, func(a, b groupResource) int {
		return cmp.Compare(strings.ToLower(a.id), strings.ToLower(b.id))
	})
	return list
}

// badGroupName says what is wrong with the name of a group, if anything.
// https://learn.microsoft.com/rest/api/resources/resource-groups/create-or-update
func badGroupName(name string) string {
	var wrong []rune
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.()", r) {
			wrong = append(wrong, r)
		}
	}
	switch {
	case wrong != nil:
		return fmt.Sprintf("The provided resource group name '%s' has these invalid characters: '%s'. The name can only be a letter, digit, '-', '.', '(', ')' or '_'.", name, string(wrong))
	case name == "" || len([]rune(name)) > 90:
		return fmt.Sprintf("The provided resource group name '%s' has %d characters. It must have 1 to 90.", name, len([]rune(name)))
	case strings.HasSuffix(name, "."):
		return fmt.Sprintf("The provided resource group name '%s' ends with a period.", name)
	}
	return ""
}
