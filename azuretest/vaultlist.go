package azuretest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// maxPage is how many items a page has at most, and has if nobody says otherwise.
const maxPage = 25

// page is one page of a list.
type page struct {
	Value    []any   `json:"value"`
	NextLink *string `json:"nextLink"`
}

// entry is one line of a list and the mark by which the list goes on after it.
type entry struct {
	mark string
	item func() any
}

func (v *Vault) listSecrets(q *vaultRequest) (any, *vaultError) {
	var list []entry
	for _, s := range v.in(q.now, live) {
		list = append(list, entry{strings.ToLower(s.name), func() any {
			item := v.item(q, s, s.latest())
			item.ID = v.URL() + "/secrets/" + s.name
			return item
		}})
	}
	return v.page(q, "/secrets", list)
}

func (v *Vault) listDeleted(q *vaultRequest) (any, *vaultError) {
	var list []entry
	for _, s := range v.in(q.now, deleted, recovering) {
		list = append(list, entry{strings.ToLower(s.name), func() any {
			item := v.deletedItem(q, s)
			item.ID, item.Previous = v.URL()+"/secrets/"+s.name, ""
			return item
		}})
	}
	return v.page(q, "/deletedsecrets", list)
}

// listVersions of a secret that is not there is an empty list, as the service has it.
func (v *Vault) listVersions(q *vaultRequest) (any, *vaultError) {
	var list []entry
	if s := v.live(q.name, q.now); s != nil {
		for i, version := range s.versions {
			list = append(list, entry{fmt.Sprintf("%08d", i), func() any { return v.item(q, s, version) }})
		}
	}
	return v.page(q, "/secrets/"+q.name+"/versions", list)
}

// page cuts from a list, which is in the order of its marks, what a request asks for.
func (v *Vault) page(q *vaultRequest, path string, list []entry) (any, *vaultError) {
	size, after, problem := q.paging()
	if problem != nil {
		return nil, problem
	}
	p := page{Value: []any{}}
	next := ""
	for i, e := range list {
		if e.mark <= after {
			continue
		}
		p.Value = append(p.Value, e.item())
		if len(p.Value) == size && i < len(list)-1 {
			next = fmt.Sprintf("%s:443%s?api-version=%s&$skiptoken=%s&maxresults=%d", v.URL(), path, q.raw, encodeSkip(e.mark), size)
			break
		}
	}
	if next = q.link(next); next != "" {
		p.NextLink = &next
	}
	return p, nil
}

// paging reads how much of a list is wanted, and after which mark.
func (q *vaultRequest) paging() (size int, after string, problem *vaultError) {
	size = maxPage
	if q.query.Has("maxresults") {
		n, err := strconv.Atoi(q.query.Get("maxresults"))
		if err != nil || n < 1 || n > maxPage {
			return 0, "", badParameter(fmt.Sprintf("maxresults must be 1 to %d", maxPage))
		}
		size = n
	}
	if !q.query.Has("$skiptoken") {
		return size, "", nil
	}
	after, ok := decodeSkip(q.query.Get("$skiptoken"))
	if !ok {
		return 0, "", badParameter("the $skiptoken is none this vault has given")
	}
	return size, after, nil
}

// skipToken is what the service, too, puts into a $skiptoken: base64url JSON.
type skipToken struct {
	NextMarker string
}

func encodeSkip(mark string) string { return encodeSegment(skipToken{mark}) }

func decodeSkip(token string) (mark string, ok bool) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return "", false
	}
	var t skipToken
	if err := json.Unmarshal(data, &t); err != nil || t.NextMarker == "" {
		return "", false
	}
	return t.NextMarker, true
}
