package azuretest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// The storage versions that changed what is signed of a user delegation SAS.
const (
	signsUser    = "2020-02-10" // saoid, suoid and scid
	signsTenant  = "2025-07-05" // skdutid and sduoid
	signsRequest = "2026-04-06" // srh and srq: headers and parameters of the request
)

const (
	firstUserKeys = "2018-11-09" // the version that has them
	maxKeyLife    = 7 * 24 * time.Hour
)

// isUser reports whether it is a user delegation SAS.
func (s sas) isUser() bool { return s["skoid"] != "" }

// userString is what is signed of a user delegation SAS, for a request.
// https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas#specify-the-signature
func (s sas) userString(resource, snapshot string, q *blobRequest) string {
	version := s["sv"]
	fields := []string{s["sp"], s["st"], s["se"], resource, s["skoid"], s["sktid"], s["skt"], s["ske"], s["sks"], s["skv"]}
	if version >= signsUser {
		fields = append(fields, s["saoid"], s["suoid"], s["scid"])
	}
	if version >= signsTenant {
		fields = append(fields, s["skdutid"], s["sduoid"])
	}
	fields = append(fields, s["sip"], s["spr"], version, s["sr"], snapshot)
	if version >= signsScope {
		fields = append(fields, s["ses"])
	}
	if version >= signsRequest {
		fields = append(fields, named(s["srh"], q.r.Header.Get, "%s:%s\n"), named(s["srq"], q.query.Get, "\n%s:%s"))
	}
	fields = append(fields, s["rscc"], s["rscd"], s["rsce"], s["rscl"], s["rsct"])
	return strings.Join(fields, "\n")
}

// named writes what a list of names, with commas between, stands for.
func named(list string, get func(string) string, format string) string {
	if list == "" {
		return ""
	}
	var b strings.Builder
	for name := range strings.SplitSeq(list, ",") {
		fmt.Fprintf(&b, format, name, get(name))
	}
	return b.String()
}

// delegationKey is the key that an identity signs with. It depends on what the SAS tells
// about it, so that nothing has to be kept.
func (a *StorageAccount) delegationKey(s sas) []byte {
	mac := hmac.New(sha256.New, []byte("keyless for azure: delegation key "+a.name))
	mac.Write([]byte(strings.Join([]string{s["skoid"], s["sktid"], s["skt"], s["ske"], s["sks"], s["skv"]}, "\n")))
	return mac.Sum(nil)
}

// unsignedByUser says why a user delegation SAS is not signed by a key that is good now.
func (b *blobService) unsignedByUser(q *blobRequest, resource string) string {
	s := q.sas
	if bad := (sas{"st": s["skt"], "se": s["ske"]}).outOfTime(q.now); bad != "" {
		return "the user delegation key: " + bad
	}
	text := s.userString(resource, q.snapshot(), q)
	if s["sks"] != "b" || !hmac.Equal([]byte(signSAS(b.delegationKey(s), text)), []byte(s["sig"])) {
		return "Signature did not match. String to sign used was " + text
	}
	return ""
}

// badUser judges whether the identity that has signed may do what its SAS is used for.
func (b *blobService) badUser(q *blobRequest, op blobOperation) *storageError {
	id := b.server.identities.bearer(q.sas["skoid"])
	if id == nil {
		return unauthenticatedSAS(fmt.Sprintf("the identity that has signed, object ID %q, is not assigned to the machine", q.sas["skoid"]))
	}
	q.identity(id)
	b.tree.mu.Lock()
	defer b.tree.mu.Unlock()
	if b.permits(id, op.action) {
		return nil
	}
	return denied("AuthorizationPermissionMismatch", fmt.Sprintf("%s wants the permission %s, the identity %s that has signed has %s", q.op, op.action.name, id.name, b.held(id)))
}

// delegationKeyAnswer is a user delegation key on the wire.
// https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key
type delegationKeyAnswer struct {
	XMLName xml.Name `xml:"UserDelegationKey"`
	OID     string   `xml:"SignedOid"`
	TID     string   `xml:"SignedTid"`
	Start   string   `xml:"SignedStart"`
	Expiry  string   `xml:"SignedExpiry"`
	Service string   `xml:"SignedService"`
	Version string   `xml:"SignedVersion"`
	Value   string
}

func getUserDelegationKey(a *StorageAccount, q *blobRequest) *storageError {
	if q.bearer == nil {
		return denied("AuthorizationFailure", "a user delegation key takes a token")
	}
	if q.r.Header.Get("X-Ms-Version") < firstUserKeys {
		return badHeader("x-ms-version", "is before "+firstUserKeys+", which brought user delegation keys")
	}
	body, _, problem := q.receive(maxACLBody, false)
	if problem != nil {
		return problem
	}
	var info struct {
		XMLName xml.Name `xml:"KeyInfo"`
		Start   string
		Expiry  string
	}
	if err := xml.Unmarshal(body.bytes(), &info); err != nil {
		return badStorageRequest("InvalidXmlDocument", "The specified XML is not syntactically valid.")
	}
	start, startOK := sasTime(info.Start)
	expiry, expiryOK := sasTime(info.Expiry)
	if start.IsZero() {
		start = q.now
	}
	if !startOK || !expiryOK || !start.Before(expiry) || expiry.Sub(q.now) > maxKeyLife {
		return badStorageRequest("InvalidXmlNodeValue", "The value for one of the XML nodes is not in the correct format: Expiry is after Start, and no more than 7 days from now.")
	}
	s := sas{
		"skoid": q.bearer.objectID, "sktid": tenantID(), "sks": "b", "skv": q.r.Header.Get("X-Ms-Version"),
		"skt": start.UTC().Format(time.RFC3339), "ske": expiry.UTC().Format(time.RFC3339),
	}
	q.xml(http.StatusOK, delegationKeyAnswer{
		OID: s["skoid"], TID: s["sktid"], Start: s["skt"], Expiry: s["ske"], Service: s["sks"], Version: s["skv"],
		Value: base64.StdEncoding.EncodeToString(a.delegationKey(s)),
	})
	return nil
}
