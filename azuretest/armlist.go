package azuretest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// armPage is one page of a list.
type armPage struct {
	Value    []any  `json:"value"`
	NextLink string `json:"nextLink,omitempty"`
}

// armItem is one line of a list and the mark by which the list goes on after it.
type armItem struct {
	mark    string
	visible bool // to whoever asks
	body    any
}

func listGroups(q *armRequest) (armAnswer, *armError) {
	f, problem := q.filter(func(f *filter) bool { return f.tagsOnly() })
	if problem != nil {
		return armAnswer{}, problem
	}
	var list []armItem
	for _, g := range q.subscription.sorted() {
		if f.matches(func(string) string { return "" }, g.tags) {
			list = append(list, armItem{strings.ToLower(g.name), g.permits(q.id, action{name: readAction}), q.groupAnswer(g)})
		}
	}
	return q.page(list, readAction, &q.subscription.Scope)
}

// resourceAnswer is a resource in the list of its group.
type resourceAnswer struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Type     string            `json:"type"`
	Kind     string            `json:"kind,omitempty"`
	Location string            `json:"location"`
	Tags     map[string]string `json:"tags,omitempty"`
	Created  string            `json:"createdTime,omitempty"`
	Changed  string            `json:"changedTime,omitempty"`
	State    string            `json:"provisioningState,omitempty"`
}

func listResources(q *armRequest) (armAnswer, *armError) {
	f, problem := q.filter(func(f *filter) bool { return f.knows(resourceFields()) })
	if problem != nil {
		return armAnswer{}, problem
	}
	expand, problem := q.expand()
	if problem != nil {
		return armAnswer{}, problem
	}
	var list []armItem
	for _, r := range q.group.members() {
		if !f.matches(r.field(q.group), r.Tags) {
			continue
		}
		a := r.answer(q.group, expand)
		if f.tag() != "" {
			a.Tags = nil // as documented
		}
		list = append(list, armItem{strings.ToLower(r.id), r.scope.permits(q.id, action{name: r.Type + "/read"}), a})
	}
	return q.page(list, "Microsoft.Resources/subscriptions/resourceGroups/resources/read", &q.group.Scope)
}

func (r groupResource) answer(g *ResourceGroup, expand []string) resourceAnswer {
	a := resourceAnswer{ID: r.id, Name: r.Name, Type: r.Type, Kind: r.Kind, Location: r.place(g), Tags: r.Tags}
	if slices.Contains(expand, "createdtime") {
		a.Created = r.created.UTC().Format(time.RFC3339Nano)
	}
	if slices.Contains(expand, "changedtime") {
		a.Changed = r.created.UTC().Format(time.RFC3339Nano)
	}
	if slices.Contains(expand, "provisioningstate") {
		a.State = "Succeeded"
	}
	return a
}

func (r groupResource) place(g *ResourceGroup) string {
	if r.Location == "" {
		return g.location
	}
	return r.Location
}

// resourceFields lists what a filter of resources may be about, tags aside. Of the
// later ones no resource here has any.
// https://learn.microsoft.com/rest/api/resources/resources/list-by-resource-group
func resourceFields() []string {
	return []string{
		"location", "resourcetype", "name", "resourcegroup", "identity", "identity/principalid",
		"plan", "plan/publisher", "plan/product", "plan/name", "plan/version", "plan/promotioncode",
	}
}

// field returns what a filter finds of the resource.
func (r groupResource) field(g *ResourceGroup) func(string) string {
	return func(name string) string {
		switch name {
		case "location":
			return r.place(g)
		case "resourcetype":
			return r.Type
		case "name":
			return r.Name
		case "resourcegroup":
			return g.name
		}
		return ""
	}
}

// filter reads $filter and judges it by what the list can be filtered by.
func (q *armRequest) filter(ok func(*filter) bool) (*filter, *armError) {
	text := q.query.Get("$filter")
	if text == "" {
		return &filter{}, nil
	}
	f, err := parseFilter(text)
	if err != nil || !ok(f) {
		return nil, badARMRequest("InvalidFilterInQueryString", fmt.Sprintf("Invalid $filter '%s' specified in the query string.", text))
	}
	return f, nil
}

func (q *armRequest) expand() ([]string, *armError) {
	text := q.query.Get("$expand")
	if text == "" {
		return nil, nil
	}
	list := strings.Split(strings.ToLower(text), ",")
	for _, name := range list {
		if name != "createdtime" && name != "changedtime" && name != "provisioningstate" {
			return nil, badARMRequest("InvalidExpandInQueryString", fmt.Sprintf("Invalid $expand '%s' specified in the query string.", text))
		}
	}
	return list, nil
}

// page cuts from a list, which is in the order of its marks, what a request asks for. As
// with the service, what one may not see is left out of its page: a page can be empty
// with more to come.
func (q *armRequest) page(list []armItem, name string, at *Scope) (armAnswer, *armError) {
	visible := func(i armItem) bool { return i.visible }
	if !at.permits(q.id, action{name: name}) && !slices.ContainsFunc(list, visible) {
		return armAnswer{}, unauthorized(q.id, name, at)
	}
	size, after, problem := q.paging()
	if problem != nil {
		return armAnswer{}, problem
	}
	p := armPage{Value: []any{}}
	rest := slices.DeleteFunc(list, func(i armItem) bool { return i.mark <= after })
	for _, item := range rest[:min(size, len(rest))] {
		if item.visible {
			p.Value = append(p.Value, item.body)
		}
	}
	next := ""
	if size < len(rest) {
		next = q.nextLink(rest[size-1].mark)
	}
	p.NextLink = q.link(next)
	return armAnswer{status: http.StatusOK, body: p}, nil
}

// paging reads how much of a list is wanted, and after which mark.
func (q *armRequest) paging() (size int, after string, problem *armError) {
	size = q.subscription.pageSize
	if text := q.query.Get("$top"); q.query.Has("$top") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxARMPage {
			return 0, "", badARMRequest("InvalidTopInQueryString", fmt.Sprintf("Invalid $top '%s' specified in the query string. It must be 1 to %d.", text, maxARMPage))
		}
		size = n
	}
	if !q.query.Has("$skiptoken") {
		return size, "", nil
	}
	after, ok := decodeSkip(q.query.Get("$skiptoken"))
	if !ok {
		return 0, "", badARMRequest("InvalidSkipToken", "the $skiptoken is none this service has given")
	}
	return size, after, nil
}

// nextLink repeats the request with the mark where to go on.
func (q *armRequest) nextLink(mark string) string {
	query := []string{"api-version=" + q.version}
	for _, name := range []string{"$filter", "$expand", "$top"} {
		if q.query.Has(name) {
			query = append(query, name+"="+url.QueryEscape(q.query.Get(name)))
		}
	}
	query = append(query, "$skiptoken="+encodeSkip(mark))
	return q.base + q.path + "?" + strings.Join(query, "&")
}
