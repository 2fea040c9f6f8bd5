package azuretest

import (
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
)

const (
	maxPolicies = 5
	maxACLBody  = 64 << 10
)

// signedIdentifiers is a container's stored access policies on the wire.
// https://learn.microsoft.com/rest/api/storageservices/set-container-acl
type signedIdentifiers struct {
	XMLName xml.Name `xml:"SignedIdentifiers"`
	List    []signedIdentifier
}

type signedIdentifier struct {
	XMLName xml.Name `xml:"SignedIdentifier"`
	ID      string   `xml:"Id"`
	Policy  struct {
		Start      string `xml:"Start,omitempty"`
		Expiry     string `xml:"Expiry,omitempty"`
		Permission string `xml:"Permission,omitempty"`
	} `xml:"AccessPolicy"`
}

func getContainerACL(a *StorageAccount, q *blobRequest) *storageError {
	var answer signedIdentifiers
	problem := a.atContainer(q, func(c *container) {
		q.changed(c.etag, c.modified)
		for _, id := range slices.Sorted(maps.Keys(c.policies)) {
			one := signedIdentifier{ID: id}
			one.Policy.Start, one.Policy.Expiry = stampOr(c.policies[id].Start), stampOr(c.policies[id].Expiry)
			one.Policy.Permission = c.policies[id].Permissions
			answer.List = append(answer.List, one)
		}
	})
	if problem == nil {
		q.xml(http.StatusOK, answer)
	}
	return problem
}

// setContainerACL replaces all policies.
func setContainerACL(a *StorageAccount, q *blobRequest) *storageError {
	body, _, problem := q.receive(maxACLBody, false)
	if problem != nil {
		return problem
	}
	policies, problem := parsePolicies(body.bytes())
	if problem != nil {
		return problem
	}
	problem = a.atContainer(q, func(c *container) {
		c.policies = policies
		c.etag, c.modified = a.touch()
		q.changed(c.etag, c.modified)
	})
	if problem == nil {
		q.send(http.StatusOK, nil)
	}
	return problem
}

// parsePolicies reads the body of Set Container ACL; none at all are no policies.
func parsePolicies(data []byte) (map[string]AccessPolicy, *storageError) {
	var list struct {
		XMLName xml.Name           `xml:"SignedIdentifiers"`
		List    []signedIdentifier `xml:"SignedIdentifier"`
	}
	policies := map[string]AccessPolicy{}
	if len(data) == 0 {
		return policies, nil
	}
	if err := xml.Unmarshal(data, &list); err != nil || len(list.List) > maxPolicies {
		return nil, badStorageRequest("InvalidXmlDocument", "The specified XML is not syntactically valid, or has more than 5 policies.")
	}
	for _, one := range list.List {
		start, startOK := sasTime(one.Policy.Start)
		expiry, expiryOK := sasTime(one.Policy.Expiry)
		if _, again := policies[one.ID]; again || one.ID == "" || len([]rune(one.ID)) > 64 || !startOK || !expiryOK {
			return nil, badStorageRequest("InvalidXmlNodeValue", "The value for one of the XML nodes is not in the correct format: a policy's Id, Start or Expiry.")
		}
		policies[one.ID] = AccessPolicy{start, expiry, one.Policy.Permission}
	}
	return policies, nil
}
