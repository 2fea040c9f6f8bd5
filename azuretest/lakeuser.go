package azuretest

import (
	"net/http"
	"regexp"
	"slices"
)

// lakeUser is who acts on a lake.
type lakeUser struct {
	name   string // as it stands in owners and ACLs
	groups []string
	super  bool

	granted lakeAccess // to everything, by a role
}

// AddToGroup puts a user into a group of the lake: a name on Hadoop, an object ID elsewhere.
// A member of supergroup is a superuser of a Hadoop cluster.
func (l *DataLake) AddToGroup(user, group string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.groups == nil {
		l.groups = map[string][]string{}
	}
	if !slices.Contains(l.groups[user], group) {
		l.groups[user] = append(l.groups[user], group)
	}
}

// user returns the lake's user of a name.
func (l *DataLake) user(name string) lakeUser {
	l.mu.Lock()
	defer l.mu.Unlock()
	groups := slices.Clone(l.groups[name])
	return lakeUser{name: name, groups: groups, super: name == l.traits.superuser || slices.Contains(groups, superGroup)}
}

const (
	superGroup = "supergroup"
	nobody     = "dr.who" // who a user is that does not say
)

// letIn finds out who a request is from.
func (l *DataLake) letIn(c *call, q *lakeQuery, role lakeRole) (lakeUser, *lakeFailure) {
	if l.traits.audiences != nil {
		return l.bearer(c)
	}
	user, failure := l.simpleUser(c.r, q, role)
	if failure != nil {
		return user, failure
	}
	c.server.log.update(func() { c.record.Identity = user.name })
	if role == frontRole {
		l.setCookie(c.w.Header(), user.name)
	}
	return user, nil
}

func (l *DataLake) bearer(c *call) (lakeUser, *lakeFailure) {
	id, why := c.authenticate(l.traits.audiences...)
	if why != nil {
		return lakeUser{}, refuseLake("SecurityException", "%s", why.reason)
	}
	return l.user(l.nameOf(id)), nil
}

// nameOf returns what an identity is called in the lake.
func (l *DataLake) nameOf(id *Identity) string {
	if l.profile == Gen1 || l.profile == Gen2 {
		return id.objectID
	}
	return id.name
}

// simpleUser believes what a request says about its user: Hadoop's simple
// authentication.
func (l *DataLake) simpleUser(r *http.Request, q *lakeQuery, role lakeRole) (lakeUser, *lakeFailure) {
	if q.has("delegation") {
		return l.delegated(q.text("delegation"))
	}
	if role == dataRole && l.wantsTokens() {
		return lakeUser{}, refuseLake("SecurityException", "Failed to obtain user group information: the data node wants a delegation token")
	}
	name := q.text("user.name")
	if name == "" {
		name = l.userOfCookie(r)
	}
	gateway := l.traits.dialect == httpFSDialect
	switch {
	case name == "" && gateway:
		return lakeUser{}, refuseLake("SecurityException", "Authentication required")
	case name == "":
		name = nobody
	case !gateway && !regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9._-]*[$]?$`).MatchString(name):
		return lakeUser{}, badLakeValue("user.name", `Invalid value: "`+name+`" does not belong to the domain ^[A-Za-z_][A-Za-z0-9._-]*[$]?$`)
	}
	return l.onBehalf(l.user(name), q.text("doas"))
}

// onBehalf lets a superuser act for somebody else. HttpFS lets nobody.
func (l *DataLake) onBehalf(user lakeUser, other string) (lakeUser, *lakeFailure) {
	switch {
	case other == "":
		return user, nil
	case user.super && l.traits.dialect != httpFSDialect:
		return l.user(other), nil
	}
	return lakeUser{}, refuseLake("AuthorizationException", "User: %s is not allowed to impersonate %s", user.name, other)
}
