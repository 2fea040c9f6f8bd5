package azuretest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// scopeState is who may do what somewhere.
type scopeState struct {
	Open  bool              `json:"open"`
	Roles map[string][]Role `json:"roles,omitempty"` // :: object ID
}

// subscriptionState is a subscription in a saved state; its groups follow.
type subscriptionState struct {
	ID       string     `json:"id"`
	Scope    scopeState `json:"scope"`
	Deletion Deletion   `json:"deletion"`
	PageSize int        `json:"pageSize"`
	Limited  bool       `json:"limited"`
}

type groupState struct {
	Name      string            `json:"name"`
	Scope     scopeState        `json:"scope"`
	Location  string            `json:"location"`
	ManagedBy string            `json:"managedBy,omitempty"`
	Tags      map[string]string `json:"tags,omitzero"`
	Locked    bool              `json:"locked"`
	Resources []resourceState   `json:"resources,omitempty"`
}

type resourceState struct {
	Resource

	Created instant `json:"Created"`
}

// jobState is the deletion of a group. One that has ended is about a group that is no
// more, or is another one.
type jobState struct {
	ID           string          `json:"id"`
	Subscription string          `json:"subscription"`
	Group        string          `json:"group"`
	How          Deletion        `json:"how"`
	Polls        int             `json:"polls"`
	Started      instant         `json:"started"`
	Until        instant         `json:"until"`
	Ended        instant         `json:"ended,omitzero"`
	Status       int             `json:"status,omitempty"` // of its failure; 0: it has not failed
	Failure      *armErrorAnswer `json:"failure,omitempty"`
}

// saveARM saves all that Resource Manager knows, as it is at one moment; what is in the
// storage accounts comes after each, as it is at another.
func (s *Server) saveARM(out *stateWriter) {
	records, accounts := s.arm.state(s)
	for _, r := range records {
		out.write(r)
	}
	for _, a := range accounts {
		account, containers := a.state()
		out.write(stateRecord{Account: account})
		for _, c := range containers {
			c.write(out)
		}
	}
}

func (m *resourceManager) state(s *Server) (records []stateRecord, accounts []*StorageAccount) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settle(s.Now())
	for _, sub := range inOrderOfKeys(m.subscriptions) {
		records = append(records, stateRecord{Subscription: &subscriptionState{sub.guid, sub.state(), sub.deletion, sub.pageSize, sub.limits.on}})
		for _, g := range sub.sorted() {
			records = append(records, stateRecord{Group: g.saved()})
		}
	}
	for _, j := range inOrderOfKeys(m.jobs) {
		records = append(records, stateRecord{Job: j.saved()})
	}
	return records, inOrderOfKeys(m.accounts)
}

// state is the scope as it is saved. The caller holds tree.mu.
func (s *Scope) state() scopeState {
	out := scopeState{s.open, map[string][]Role{}}
	for id, roles := range s.roles {
		out.Roles[id] = slices.Clone(roles)
	}
	return out
}

func (g *ResourceGroup) saved() *groupState {
	out := &groupState{g.name, g.Scope.state(), g.location, g.managedBy, maps.Clone(g.tags), g.locked, nil}
	for _, r := range g.resources {
		out.Resources = append(out.Resources, resourceState{r.Resource, instant{r.created}})
	}
	return out
}

func (j *deletionJob) saved() *jobState {
	out := &jobState{
		j.id, j.group.subscription.guid, j.group.name, j.how, j.polls,
		instant{j.started},
		instant{j.until},
		instant{j.ended},
		0, nil,
	}
	if j.failure != nil {
		out.Status, out.Failure = j.failure.status, &armErrorAnswer{j.failure.body}
	}
	return out
}

// scope makes a scope of what is saved.
func (l *stateLoader) scope(st scopeState, id string, parent *Scope) (Scope, error) {
	s := newScope(&l.server.arm, id, parent)
	s.open = st.Open
	for object, roles := range st.Roles {
		for _, r := range roles {
			if _, _, known := r.patterns(); !known {
				return s, fmt.Errorf("unknown role %q", r)
			}
		}
		s.roles[object] = roles
	}
	return s, nil
}

func (l *stateLoader) takeSubscription(st *subscriptionState) (err error) {
	key := strings.ToLower(st.ID)
	if !isGUID(st.ID) || l.subscriptions[key] != nil || st.PageSize < 1 || st.PageSize > maxARMPage {
		return fmt.Errorf("no subscription, or no second one, can be %q with pages of %d", st.ID, st.PageSize)
	}
	sub := &Subscription{server: l.server, guid: st.ID, groups: map[string]*ResourceGroup{}, deletion: st.Deletion, pageSize: st.PageSize}
	if st.Limited {
		sub.limits.set(true)
	}
	sub.Scope, err = l.scope(st.Scope, "/subscriptions/"+st.ID, nil)
	l.subscriptions[key], l.subscription = sub, sub
	return err
}

func (l *stateLoader) takeGroup(st *groupState) (err error) {
	sub := l.subscription
	switch bad := badGroupName(st.Name); {
	case sub == nil:
		return errors.New("a group without a subscription")
	case bad != "":
		return errors.New(bad)
	case sub.groups[strings.ToLower(st.Name)] != nil:
		return fmt.Errorf("a second group %q", st.Name)
	}
	g := sub.create(st.Name)
	if g.Scope, err = l.scope(st.Scope, g.id, &sub.Scope); err != nil {
		return err
	}
	g.location, g.managedBy, g.tags, g.locked = st.Location, st.ManagedBy, st.Tags, st.Locked
	for _, r := range st.Resources {
		if provider, kind, _ := strings.Cut(r.Type, "/"); provider == "" || kind == "" || r.Name == "" {
			return fmt.Errorf("no resource can have type %q and name %q", r.Type, r.Name)
		}
		g.resources = append(g.resources, groupResource{r.Resource, g.resourceID(r.Resource), r.Created.Time, &g.Scope})
	}
	return nil
}

func (l *stateLoader) takeJob(st *jobState) error {
	sub := l.subscriptions[strings.ToLower(st.Subscription)]
	if sub == nil || st.ID == "" || l.jobs[st.ID] != nil || (st.Status != 0) != (st.Failure != nil) {
		return fmt.Errorf("no deletion of group %q", st.Group)
	}
	j := &deletionJob{id: st.ID, how: st.How, polls: st.Polls, started: st.Started.Time, until: st.Until.Time, ended: st.Ended.Time}
	if st.Failure != nil {
		j.failure = &armError{st.Status, st.Failure.Error}
	}
	if j.group = sub.groups[strings.ToLower(st.Group)]; j.group == nil || !j.ended.IsZero() {
		if j.ended.IsZero() {
			return fmt.Errorf("the deletion of group %q, which is not there, has not ended", st.Group)
		}
		j.group = &ResourceGroup{subscription: sub, name: st.Group}
	} else {
		j.group.job = j
	}
	l.jobs[st.ID] = j
	return nil
}
