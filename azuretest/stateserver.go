package azuretest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// serverState is what a saved state says about the Server itself.
type serverState struct {
	Offset          time.Duration   `json:"clockOffset"`
	System          *identityState  `json:"systemIdentity"` // null: removed
	Users           []identityState `json:"userIdentities"`
	IdentityHeader  string          `json:"identityHeader"`
	Plan            AppServicePlan  `json:"appServicePlan"`
	OldArcAgent     bool            `json:"oldArcAgent"`
	TokenLife       time.Duration   `json:"tokenLife"`
	PlatformCache   bool            `json:"platformCache"`
	LimitIMDS       bool            `json:"limitIMDS"`
	Gen2Accounts    []string        `json:"gen2Accounts"`
	CancelledTokens []string        `json:"cancelledDelegationTokens"`
}

type identityState struct {
	Name       string `json:"name"`
	ClientID   string `json:"clientID"`
	ObjectID   string `json:"objectID"`
	ResourceID string `json:"resourceID"`
}

func (s *Server) serverState() *serverState {
	out := &serverState{Offset: time.Duration(s.offset.Load()), OldArcAgent: s.arc.isOld(), LimitIMDS: s.platform.limit.isOn()}
	s.identities.save(out)
	s.hosting.mu.Lock()
	out.IdentityHeader, out.Plan = s.hosting.secret, s.hosting.plan
	s.hosting.mu.Unlock()
	s.platform.mu.Lock()
	out.TokenLife, out.PlatformCache = s.platform.life, s.platform.caching
	s.platform.mu.Unlock()
	s.lakes.mu.Lock()
	defer s.lakes.mu.Unlock()
	out.CancelledTokens = slices.Sorted(maps.Keys(s.lakes.tokens))
	for _, at := range s.lakes.byHost {
		if account, ok := at.(*gen2Account); ok {
			out.Gen2Accounts = append(out.Gen2Accounts, account.name)
		}
	}
	slices.Sort(out.Gen2Accounts)
	return out
}

func (i *identities) save(out *serverState) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.system != nil {
		out.System = i.system.state()
	}
	for _, id := range i.users {
		out.Users = append(out.Users, *id.state())
	}
}

func (i *Identity) state() *identityState {
	return &identityState{i.name, i.clientID, i.objectID, i.resourceID}
}

func (l *stateLoader) takeServer(st *serverState) error {
	l.about = st
	for _, id := range append(slices.Clone(st.Users), identitiesOf(st.System)...) {
		if id.Name == "" || !isGUID(id.ClientID) || !isGUID(id.ObjectID) {
			return fmt.Errorf("identity %q has no name or IDs", id.Name)
		}
	}
	for _, name := range st.Gen2Accounts {
		if !isAccountName(name) {
			return fmt.Errorf("no storage account can be named %q", name)
		}
		l.gen2Account(name)
	}
	if st.Plan < LinuxPlan || st.Plan > LinuxConsumptionPlan {
		return errors.New("an unknown App Service plan")
	}
	if st.TokenLife <= 0 {
		return fmt.Errorf("tokens that live %v", st.TokenLife)
	}
	return nil
}

func identitiesOf(one *identityState) []identityState {
	if one == nil {
		return nil
	}
	return []identityState{*one}
}

// installServer makes the state of the Server itself that of the record.
func (l *stateLoader) installServer() {
	s, st := l.server, l.about
	s.offset.Store(int64(st.Offset))
	s.installIdentities(st)
	s.hosting.mu.Lock()
	s.hosting.secret, s.hosting.plan = st.IdentityHeader, st.Plan
	s.hosting.mu.Unlock()
	s.SetOldArcAgent(st.OldArcAgent)
	s.SetTokenLife(st.TokenLife)
	s.SetPlatformCache(st.PlatformCache)
	s.LimitIMDS(st.LimitIMDS)
}

// installIdentities keeps those there are already, and whom the state need not name: the
// person.
func (s *Server) installIdentities(st *serverState) {
	known := s.identities.all()
	one := func(st identityState) *Identity {
		for _, id := range known {
			if *id.state() == st {
				return id
			}
		}
		return &Identity{name: st.Name, clientID: st.ClientID, objectID: st.ObjectID, resourceID: st.ResourceID, server: s}
	}
	s.SignedInUser() // so that her tokens from before are good
	s.identities.mu.Lock()
	defer s.identities.mu.Unlock()
	s.identities.system, s.identities.users = nil, nil
	for _, id := range identitiesOf(st.System) {
		s.identities.system = one(id)
	}
	for _, id := range st.Users {
		s.identities.users = append(s.identities.users, one(id))
	}
}

// isOn reports whether the limit admits not all.
func (l *limit) isOn() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rate > 0
}
