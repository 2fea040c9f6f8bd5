package azuretest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// arm is Resource Manager at one cloud's address. The clouds share what is in it.
type arm struct {
	*Server

	cloud armCloud
}

// armCloud is what differs between Azure's clouds for Resource Manager.
// https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
type armCloud struct {
	host      string
	resources []string // the audiences of tokens, without the slash that may end them
	login     string
	storage   string // what storage accounts' names end in
}

// managementCloud returns the cloud whose Resource Manager is at a host, or nil.
func managementCloud(host string) *armCloud {
	switch strings.ToLower(host) {
	case "management.azure.com":
		return &armCloud{host, []string{"https://management.azure.com", "https://management.core.windows.net"}, "https://login.windows.net/", "core.windows.net"}
	case "management.usgovcloudapi.net":
		return &armCloud{host, []string{"https://management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net"}, "https://login.microsoftonline.us/", "core.usgovcloudapi.net"}
	case "management.chinacloudapi.cn":
		return &armCloud{host, []string{"https://management.chinacloudapi.cn", "https://management.core.chinacloudapi.cn"}, "https://login.chinacloudapi.cn/", "core.chinacloudapi.cn"}
	}
	return nil
}

// audiences lists what tokens may be for, as they are and with a slash.
func (c armCloud) audiences() []string {
	var list []string
	for _, r := range c.resources {
		list = append(list, r+"/", r)
	}
	return list
}

// armRequest is a request to Resource Manager that has been let in.
type armRequest struct {
	armTarget

	query        url.Values
	path         string // as it came
	version      string
	api          armAPI
	body         []byte
	now          time.Time
	id           *Identity
	cloud        armCloud
	base         string // of links, such as "https://management.azure.com"
	link         func(usual string) string
	subscription *Subscription
	group        *ResourceGroup  // nil: none is named, or there is none
	account      *StorageAccount // likewise
}

// armAnswer is a success. Without a body it is only a status and a header.
type armAnswer struct {
	status int
	header http.Header
	body   any
}

// listens lets plain http in too, only to refuse it: a test then sees the request.
func (a arm) listens(port string, tls bool) bool {
	return port == "443" && tls || port == "80" && !tls
}

func (a arm) operation(r *http.Request) string {
	if op := parseARMPath(r.Method, r.URL.EscapedPath()).op; op != "" {
		return op
	}
	return "unknown"
}

// admit lets everybody in: the limits are per identity.
func (a arm) admit(*call) func() { return func() {} }

func (a arm) serve(c *call) {
	a.describe(c)
	if isPlain(c.r) {
		a.refuse(c, &armError{http.StatusForbidden, armErrorBody{Code: "HttpsRequired", Message: "the request came by http, Resource Manager wants https"}})
		return
	}
	id, why := c.authenticate(a.cloud.audiences()...)
	if why != nil {
		a.refuse(c, unauthenticated(why))
		return
	}
	q, op, problem := a.understand(c)
	if problem != nil {
		a.refuse(c, problem)
		return
	}
	q.id = id
	a.perform(c, q, op)
}

// understand reads everything but the body.
func (a arm) understand(c *call) (*armRequest, armOp, *armError) {
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return nil, armOp{}, badARMRequest("InvalidRequestUri", "the query cannot be parsed")
	}
	q := &armRequest{
		armTarget: parseARMPath(c.r.Method, c.r.URL.EscapedPath()),
		query:     query,
		path:      c.r.URL.EscapedPath(),
		version:   query.Get("api-version"),
		cloud:     a.cloud,
		base:      "https://" + a.cloud.host,
		link:      c.link,
		now:       a.Now(),
	}
	op, known := armOps(q.op)
	if !known {
		return nil, op, noARMOperation(c.r)
	}
	var problem *armError
	if op.versions != nil {
		problem = checkVersion(q.version, op.versions())
	} else {
		q.api, problem = armVersion(q.version)
	}
	return q, op, problem
}

// perform reads the body first: nobody else waits for this client's.
func (a arm) perform(c *call, q *armRequest, op armOp) {
	body, ok := c.body(op.maxBody)
	if !ok && op.maxBody > 0 {
		a.refuse(c, &armError{http.StatusRequestEntityTooLarge, armErrorBody{Code: "RequestContentTooLarge", Message: fmt.Sprintf("the body cannot be read or has more than %d bytes", op.maxBody)}})
		return
	}
	q.body = body
	a.arm.mu.Lock()
	a.arm.settle(q.now)
	answer, problem := a.answer(c, q, op)
	a.arm.mu.Unlock()
	if problem != nil {
		a.refuse(c, problem)
		return
	}
	maps.Copy(c.w.Header(), answer.header)
	if answer.body == nil {
		c.send(answer.status, nil)
		return
	}
	c.json(answer.status, answer.body)
}

// describe sets the lines every answer of Resource Manager has.
func (a arm) describe(c *call) {
	h := c.w.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("Pragma", "no-cache")
	h.Set("Expires", "-1")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	h.Set("Date", httpTime(a.Now()))
	id := newGUID()
	h.Set("X-Ms-Request-Id", id)
	h.Set("X-Ms-Correlation-Request-Id", id)
	h.Set("X-Ms-Routing-Request-Id", fmt.Sprintf("%s:%s:%s", strings.ToUpper(location), a.Now().UTC().Format("20060102T150405Z"), id))
	if id := c.r.Header.Get("X-Ms-Client-Request-Id"); id != "" {
		h.Set("X-Ms-Client-Request-Id", id)
	}
}
