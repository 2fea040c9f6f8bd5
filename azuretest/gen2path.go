package azuretest

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
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

// renameSource reads where a path is renamed from.
func (q *gen2Request) renameSource() (string, *storageError) {
	text, _, _ := strings.Cut(q.r.Header.Get("X-Ms-Rename-Source"), "?")
	plain, err := url.PathUnescape(text)
	system, path := splitSystem(plain)
	switch {
	case err != nil, !strings.HasPrefix(text, "/"), !isEscaped(text):
		return "", badStorageRequest("InvalidSourceUri", "The source URI is invalid: it must be /FILESYSTEM/PATH, percent-encoded.")
	case system != q.system:
		return "", badStorageRequest("InvalidSourceUri", "The source URI is invalid: azuretest renames within one file system only.")
	}
	return path, nil
}

// isEscaped reports whether a path has only characters that need no escape.
func isEscaped(text string) bool {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7f || c == '#' || c == '"' || c == '<' || c == '>' || c == '\\' {
			return false
		}
	}
	return true
}

// rename moves a file or directory, and replaces a file or an empty directory.
func (q *gen2Request) rename() (lakeReply, *storageError) {
	from, problem := q.renameSource()
	if problem != nil {
		return nil, problem
	}
	source, problem := q.follow(from)
	if problem != nil {
		return nil, problem
	}
	target, problem := q.follow(q.path)
	if problem != nil {
		return nil, problem
	}
	if problem := q.checkRename(source, target); problem != nil {
		return nil, problem
	}
	n := source.target()
	if failure := q.lake.move(source, target); failure != nil {
		return nil, gen2Refusal(failure)
	}
	n.gen2.held = gen2Lease{}
	q.lake.touch(n)
	return q.changedAs(http.StatusCreated, n)
}

// checkRename refuses what may not be moved there.
func (q *gen2Request) checkRename(source, target lakeTrail) *storageError {
	n, d := source.target(), target.target()
	switch {
	case n == nil:
		return &storageError{status: http.StatusNotFound, code: "SourcePathNotFound", message: "The source path for a rename operation does not exist."}
	case target.parent() == nil:
		return &storageError{status: http.StatusNotFound, code: "RenameDestinationParentPathNotFound", message: "The parent directory of the destination path does not exist."}
	case len(source.names) == 0, len(target.names) == 0, n.dir != nil && (n == d || isBelow(target.path, source.path)):
		return gen2Conflict("InvalidRenameSourcePath", "The source directory cannot be the same as the destination directory, nor can the destination be a subdirectory of the source directory.")
	case d != nil && (n.dir == nil) != (d.dir == nil):
		return gen2Conflict("InvalidSourceOrDestinationResourceType", "The source and destination resource type must be identical.")
	}
	for _, failure := range []*lakeFailure{source.mayChangeParent(), source.requireSticky(), target.mayChangeParent(), target.replaceSticky()} {
		if failure != nil {
			return gen2Refusal(failure)
		}
	}
	if problem := q.conditions("X-Ms-Source-", n); problem != nil {
		return problem
	}
	if problem := q.admitLease(n, "X-Ms-Source-Lease-Id"); problem != nil {
		return problem
	}
	if problem := q.conditions("", d); problem != nil || d == nil {
		return problem
	}
	if d.dir != nil && d.dir.len() > 0 {
		return gen2Conflict("PathAlreadyExists", "The specified path already exists.")
	}
	return q.admitLease(d, "X-Ms-Lease-Id")
}

// replaceSticky is requireSticky for what may be replaced, if anything is there.
func (t lakeTrail) replaceSticky() *lakeFailure {
	if t.target() == nil {
		return nil
	}
	return t.requireSticky()
}

// maxDeleted is how much of a directory is deleted at once, if a client has said that
// it goes on.
const maxDeleted = 5000

func (q *gen2Request) remove() (lakeReply, *storageError) {
	t, problem := q.existing(q.path)
	if problem == nil {
		problem = q.checkRemove(t)
	}
	if problem != nil {
		return nil, problem
	}
	n, parent := t.target(), t.parent()
	token := ""
	if n.dir != nil && q.query.Get("paginated") == "true" {
		token = n.dir.removeSome(maxDeleted)
	}
	if token == "" {
		parent.dir.remove(t.name())
		q.lake.modify(parent)
	}
	return func(c *call) {
		if token != "" {
			c.w.Header().Set("X-Ms-Continuation", token)
		}
		c.w.Header().Set("Content-Length", "0")
		c.w.WriteHeader(http.StatusOK)
	}, nil
}

// removeSome deletes up to count entries if there are more, and tells where it has
// stopped.
func (d *lakeDir) removeSome(count int) string {
	if d.len() <= count {
		return ""
	}
	last := ""
	for range count {
		last, _ = d.next("")
		d.remove(last)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(last))
}

func (q *gen2Request) checkRemove(t lakeTrail) *storageError {
	n := t.target()
	recursive := q.query.Get("recursive")
	switch {
	case len(t.names) == 0:
		return pathConflict()
	case recursive != "" && recursive != "true" && recursive != "false":
		return badQuery("recursive", "is neither true nor false")
	case n.dir != nil && n.dir.len() > 0 && recursive != "true":
		return gen2Conflict("DirectoryNotEmpty", "The recursive query parameter value must be true to delete a non-empty directory.")
	}
	for _, failure := range []*lakeFailure{t.mayChangeParent(), t.requireSticky(), q.user.requireBelow(q.path, n)} {
		if failure != nil {
			return gen2Refusal(failure)
		}
	}
	if problem := q.admitLease(n, "X-Ms-Lease-Id"); problem != nil {
		return problem
	}
	return q.conditions("", n)
}
