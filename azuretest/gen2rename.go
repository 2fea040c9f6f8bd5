package azuretest

import (
	"net/http"
	"net/url"
	"strings"
)

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
