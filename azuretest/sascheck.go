package azuretest

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// checkSAS judges a request's SAS, and the roles of the identity that has signed it if
// it was one.
func (b *blobService) checkSAS(q *blobRequest, op blobOperation) *storageError {
	problem := b.judgeSAS(q, op)
	if problem == nil && q.sas.isUser() {
		problem = b.badUser(q, op)
	}
	return problem
}

func (b *blobService) judgeSAS(q *blobRequest, op blobOperation) *storageError {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.noKeys && !q.sas.isUser() {
		return keysNotPermitted()
	}
	problem := b.badSAS(q, op)
	if problem != nil && b.compat && problem.code == "AuthenticationFailed" {
		problem.code = "AuthorizationFailure"
	}
	return problem
}

func keysNotPermitted() *storageError {
	return &storageError{
		status: http.StatusForbidden, code: "KeyBasedAuthenticationNotPermitted",
		message: "Key based authentication is not permitted on this storage account: the request is signed by an account key, the account wants a bearer token or a user delegation SAS.",
	}
}

func (b *blobService) badSAS(q *blobRequest, op blobOperation) *storageError {
	if bad := b.unsigned(q); bad != "" {
		return unauthenticatedSAS(bad)
	}
	s, bad := b.withPolicy(q)
	if bad != "" {
		return unauthenticatedSAS(bad)
	}
	if bad = s.outOfTime(q.now); bad != "" {
		return unauthenticatedSAS(bad)
	}
	switch {
	case s["spr"] == "https" && isPlain(q.r):
		return denied("AuthorizationProtocolMismatch", "the SAS wants https, the request came by http")
	case !b.compat && !s.admits(q.ip):
		return denied("AuthorizationSourceIPMismatch", fmt.Sprintf("the SAS is for %s, the request came from %s", s["sip"], q.ip))
	}
	letters := op.letters
	if s.isAccount() {
		if problem := s.badScope(op); problem != nil {
			return problem
		}
		letters = op.account
	}
	if op.creates && !b.exists(q) {
		letters += "c"
	}
	if !strings.ContainsAny(s["sp"], letters) {
		return denied("AuthorizationPermissionMismatch", fmt.Sprintf("the permissions of the SAS are %q, %s wants one of %q", s["sp"], q.op, letters))
	}
	return nil
}

// exists reports whether the blob of a request can be read.
func (b *blobService) exists(q *blobRequest) bool {
	c := b.containers[q.container]
	return c != nil && c.committed(q.blob) != nil
}

// unsigned says why the SAS is not one the account has signed for what the request is
// about. As the service does, it tells what should have been signed, which is no secret.
func (b *blobService) unsigned(q *blobRequest) string {
	s := q.sas
	if !isSASVersion(s["sv"]) {
		return fmt.Sprintf("sv is not a version from %s on", oldestSAS)
	}
	text := s.accountString(b.name)
	if !s.isAccount() {
		resource, ok := q.signedResource(b.name)
		if !ok {
			return "sr is mandatory. Cannot be empty"
		}
		if s.isUser() {
			return b.unsignedByUser(q, resource)
		}
		text = s.serviceString(resource, q.snapshot())
	}
	if !b.signed(text, s["sig"]) {
		return "Signature did not match. String to sign used was " + text
	}
	return ""
}

// snapshot is the snapshot or the version of a blob that a request names.
func (q *blobRequest) snapshot() string {
	return q.query.Get("snapshot") + q.query.Get("versionid")
}

// signedResource is the path that has to be signed for the request, by the kind of
// resource the SAS says it is for.
func (q *blobRequest) signedResource(account string) (string, bool) {
	container := "/blob/" + account + "/" + q.container
	blob := strings.ReplaceAll(q.blob, `\`, "/")
	switch q.sas["sr"] {
	case "c":
		return container, true
	case "b", "bs", "bv":
		return container + "/" + blob, true
	case "d":
		parts := strings.Split(blob, "/")
		depth, err := strconv.Atoi(q.sas["sdd"])
		if err != nil || depth < 1 || depth > len(parts) {
			return "", false
		}
		return container + "/" + strings.Join(parts[:depth], "/"), true
	}
	return "", false
}

// withPolicy returns the SAS with what its stored access policy says. What the policy
// says the SAS must not say too.
func (b *blobService) withPolicy(q *blobRequest) (sas, string) {
	if q.sas["si"] == "" {
		return q.sas, ""
	}
	c := b.containers[q.container]
	if c == nil {
		return nil, "the container of the stored access policy does not exist"
	}
	p, ok := c.policies[q.sas["si"]]
	if !ok {
		return nil, fmt.Sprintf("the container has no stored access policy %q", q.sas["si"])
	}
	s := sas{"st": stampOr(p.Start), "se": stampOr(p.Expiry), "sp": p.Permissions}
	for name, value := range q.sas {
		if s[name] != "" && value != "" {
			return nil, name + " is in the stored access policy, it must not be in the SAS"
		}
		if value != "" {
			s[name] = value
		}
	}
	return s, ""
}

// stampOr writes a time that may be none.
func stampOr(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return stamp(t)
}

// outOfTime says that it is too early or too late for the SAS, if it is.
func (s sas) outOfTime(now time.Time) string {
	start, startOK := sasTime(s["st"])
	expiry, expiryOK := sasTime(s["se"])
	switch {
	case !startOK:
		return "st is not a time"
	case !expiryOK || expiry.IsZero():
		return "se is mandatory. It is missing or not a time"
	case now.Before(start) || !now.Before(expiry):
		return fmt.Sprintf("Signature not valid in the specified time frame: Start [%s] - Expiry [%s] - Current [%s]", httpTime(start), httpTime(expiry), httpTime(now))
	}
	return ""
}

// admits reports whether requests may come from an address. IPv6 is in no range.
func (s sas) admits(ip net.IP) bool {
	if s["sip"] == "" {
		return true
	}
	from, to, isRange := strings.Cut(s["sip"], "-")
	if !isRange {
		to = from
	}
	first, last, ip := net.ParseIP(from).To4(), net.ParseIP(to).To4(), ip.To4()
	return first != nil && last != nil && ip != nil && bytes.Compare(first, ip) <= 0 && bytes.Compare(ip, last) <= 0
}

// badScope judges which services and kinds of resources an account SAS is for.
func (s sas) badScope(op blobOperation) *storageError {
	switch {
	case !strings.Contains(s["ss"], "b"):
		return denied("AuthorizationServiceMismatch", fmt.Sprintf("the SAS is for the services %q, not b", s["ss"]))
	case !strings.Contains(s["srt"], op.kind):
		return denied("AuthorizationResourceTypeMismatch", fmt.Sprintf("the SAS is for the resource types %q, not %s", s["srt"], op.kind))
	}
	return nil
}
