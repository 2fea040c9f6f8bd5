package azuretest

import (
	"slices"
	"time"
)

const noPath = "Directory/File does not exist %s"

func (l *DataLake) setPermission(req *lakeRequest) (lakeReply, *lakeFailure) {
	t, failure := l.changeExisting(req.user, req.path, noPath)
	if failure == nil {
		failure = t.requireOwner()
	}
	if failure != nil {
		return nil, failure
	}
	n := t.target()
	n.mode = req.query.mode("permission", l.traits.dirMode) & 0o1777
	if n.dir == nil {
		n.mode &= 0o777
	}
	l.touch(n)
	return l.replyEmpty()
}

func (l *DataLake) setOwner(req *lakeRequest) (lakeReply, *lakeFailure) {
	owner, group := req.query.text("owner"), req.query.text("group")
	if owner == "" && group == "" {
		if l.traits.dialect == httpFSDialect {
			return nil, refuseLake("IOException", "username == null && groupname == null")
		}
		return nil, refuseLake("IllegalArgumentException", "Both owner and group are empty.")
	}
	t, failure := l.changeExisting(req.user, req.path, noPath)
	if failure != nil {
		return nil, failure
	}
	if failure := t.mayGive(owner, group); failure != nil {
		return nil, failure
	}
	l.give(t.target(), owner, group)
	return l.replyEmpty()
}

func (l *DataLake) give(n *lakeNode, owner, group string) {
	if owner != "" {
		n.owner = owner
	}
	if group != "" {
		n.group = group
	}
	l.touch(n)
}

// mayGive refuses who is no superuser to give a path away, or to a group that is not
// among the owner's own.
func (t lakeTrail) mayGive(owner, group string) *lakeFailure {
	if failure := t.requireOwner(); failure != nil {
		return failure
	}
	n, u := t.target(), t.user
	switch {
	case u.super:
		return nil
	case owner != "" && owner != n.owner:
		return refuseLake("AccessControlException", "User %s is not a super user (non-super user cannot change owner).", u.name)
	case group != "" && !slices.Contains(u.groups, group):
		return refuseLake("AccessControlException", "User %s does not belong to %s", u.name, group)
	}
	return nil
}

func (l *DataLake) setTimes(req *lakeRequest) (lakeReply, *lakeFailure) {
	t, failure := l.changeExisting(req.user, req.path, "File/Directory %s does not exist.")
	if failure == nil {
		failure = t.requireTarget(writeAccess)
	}
	if failure != nil {
		return nil, failure
	}
	n := t.target()
	if ms := req.query.number("modificationtime", -1); ms != -1 {
		n.modified = time.UnixMilli(ms)
	}
	if ms := req.query.number("accesstime", -1); ms != -1 {
		n.accessed = time.UnixMilli(ms)
	}
	return l.replyEmpty()
}

func (l *DataLake) setReplication(req *lakeRequest) (lakeReply, *lakeFailure) {
	otherwise := int64(1)
	if l.traits.dialect == httpFSDialect {
		otherwise = -1
	}
	replicas := req.query.number("replication", otherwise)
	switch {
	case replicas < 1:
		return nil, refuseRaw("IOException", "Requested replication factor of %d is less than the required minimum of 1 for %s", replicas, req.path)
	case replicas > maxReplication:
		return nil, refuseRaw("IOException", "Requested replication factor of %d exceeds maximum of %d for %s", replicas, maxReplication, req.path)
	}
	t, failure := l.change(req.user, req.path)
	if failure == nil {
		failure = t.requireTarget(writeAccess)
	}
	if failure != nil {
		return nil, failure
	}
	n := t.target()
	if n == nil || n.dir != nil {
		return replyBoolean(false)
	}
	n.replication = int(replicas)
	return replyBoolean(true)
}
