package azuretest

import (
	"encoding/base64"
	"net/http"
	"strconv"
)

func decodeBase64(text string) ([]byte, error) { return base64.StdEncoding.DecodeString(text) }

const defaultUmask = 0o027

// create makes an empty file, or empties the one that is there.
func (q *gen2Request) create() (lakeReply, *storageError) { return q.make(false) }

func (q *gen2Request) mkdir() (lakeReply, *storageError) { return q.make(true) }

func (q *gen2Request) make(dir bool) (lakeReply, *storageError) {
	t, problem := q.follow(q.path)
	if problem == nil {
		problem = q.checkMake(t, dir)
	}
	if problem != nil {
		return nil, problem
	}
	if n := t.target(); n != nil && dir {
		n.gen2.properties = q.r.Header.Get("X-Ms-Properties")
		q.lake.modify(n)
		return q.changedAs(http.StatusCreated, n)
	}
	full := uint16(0o666)
	if dir {
		full = 0o777
	}
	mode, problem := q.wantedMode(full)
	if problem != nil {
		return nil, problem
	}
	parent, failure := q.lake.makeWay(t, len(t.names)-1, q.lake.traits.dirMode)
	if failure != nil {
		return nil, gen2Refusal(failure)
	}
	var n *lakeNode
	if dir {
		n = q.lake.newDir(q.user.name, parent.group, mode)
	} else {
		n = q.lake.newFile(q.user.name, parent.group, mode)
	}
	if len(parent.acl.defaults) > 0 && q.r.Header.Get("X-Ms-Permissions") == "" {
		n.mode = full // a default ACL takes the umask's place
	}
	n.inherit(parent)
	n.gen2.properties = q.r.Header.Get("X-Ms-Properties")
	if old := t.target(); old != nil {
		n.gen2.held = old.gen2.held
	}
	q.setHeaders(n)
	q.lake.attach(parent, t.name(), n)
	return q.changedAs(http.StatusCreated, n)
}

// checkMake refuses what may not be made, or replaced.
func (q *gen2Request) checkMake(t lakeTrail, dir bool) *storageError {
	n := t.target()
	if len(t.names) == 0 || n != nil && (n.dir != nil) != dir {
		return pathConflict()
	}
	failure := t.mayChangeParent()
	if n != nil && failure == nil {
		failure = t.requireTarget(writeAccess)
	}
	if failure != nil {
		return gen2Refusal(failure)
	}
	if n != nil {
		if problem := q.admitLease(n, "X-Ms-Lease-Id"); problem != nil {
			return problem
		}
	}
	if problem := checkProperties(q.r.Header.Get("X-Ms-Properties")); problem != nil {
		return problem
	}
	return q.conditions("", n)
}

// wantedMode is what a request says about the mode of what it makes.
func (q *gen2Request) wantedMode(full uint16) (uint16, *storageError) {
	mode, umask := full, uint16(defaultUmask)
	if text := q.r.Header.Get("X-Ms-Permissions"); text != "" {
		given, ok := parseMode(text)
		if !ok {
			return 0, badHeader("x-ms-permissions", "is no mode")
		}
		mode = given
	}
	if text := q.r.Header.Get("X-Ms-Umask"); text != "" {
		given, ok := parseMode(text)
		if !ok {
			return 0, badHeader("x-ms-umask", "is no mode")
		}
		umask = given
	}
	return mode &^ umask, nil
}

// parseMode reads permission bits in octal, or as rwxrwxrwx with t for the sticky bit.
func parseMode(text string) (uint16, bool) {
	if n, err := strconv.ParseUint(text, 8, 16); err == nil && len(text) <= 4 {
		return uint16(n), n <= 0o1777
	}
	if len(text) != 9 {
		return 0, false
	}
	var sticky uint16
	switch text[8] {
	case 't':
		sticky, text = stickyBit, text[:8]+"x"
	case 'T':
		sticky, text = stickyBit, text[:8]+"-"
	}
	user, ok1 := parseAccess(text[:3])
	group, ok2 := parseAccess(text[3:6])
	other, ok3 := parseAccess(text[6:])
	return sticky | uint16(user<<6|group<<3|other), ok1 && ok2 && ok3
}
