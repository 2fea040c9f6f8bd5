package azuretest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

const (
	appServicePath        = "/msi/token"
	appServicePort        = "8081"
	appServiceWindowsPort = "41741"

	version2017 = "2017-09-01"
	version2019 = "2019-08-01"
)

// appService is the token endpoint of App Service, Functions and Container Apps,
// in both of its protocols.
// https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
type appService struct{ *Server }

func (a appService) listens(port string, tls bool) bool {
	return (port == appServicePort || port == appServiceWindowsPort) && !tls
}

func (a appService) operation(r *http.Request) string {
	switch {
	case !isPath(r.URL.Path, appServicePath):
		return "unknown"
	case r.URL.Query().Get("api-version") == version2017:
		return "appservice2017.token"
	}
	return "appservice.token"
}

func (a appService) admit(*call) func() { return unlimited }

func (a appService) serve(c *call) {
	if !isPath(c.r.URL.Path, appServicePath) {
		a.fail(c, http.StatusNotFound, "", "There is nothing at "+c.r.URL.Path)
		return
	}
	q, ok := c.query(a)
	if !ok {
		return
	}
	protocol, ok := a.protocol(c, q.Get("api-version"))
	if !ok {
		return
	}
	switch {
	case c.r.Header.Get(protocol.header) == "":
		a.fail(c, http.StatusUnauthorized, "", fmt.Sprintf("The header %s is missing", protocol.header))
	case !a.knowsSecret(c, protocol.header):
		a.fail(c, http.StatusForbidden, "", fmt.Sprintf("The header %s has not the value the platform has set", protocol.header))
	default:
		a.token(c, q, protocol)
	}
}

// appServiceProtocol is one version of the protocol.
type appServiceProtocol struct {
	header    string   // that carries the secret
	selectors []string // parameters that choose an identity; others are ignored
	answer    func(appService, issuedToken) any
}

// protocol returns the one of a version. If the host does not speak it, it has
// answered.
func (a appService) protocol(c *call, version string) (appServiceProtocol, bool) {
	switch {
	case version == version2019 && a.appServicePlan() != LinuxConsumptionPlan:
		return appServiceProtocol{"X-Identity-Header", []string{"client_id", "principal_id", "object_id", "mi_res_id"}, appService.answer2019}, true
	case version == version2017:
		return appServiceProtocol{"Secret", []string{"clientid"}, appService.answer2017}, true
	case version == "":
		a.fail(c, http.StatusBadRequest, "ApiVersionUnspecified", "An API version is required, but was not specified.")
	default:
		a.fail(c, http.StatusBadRequest, "UnsupportedApiVersion", fmt.Sprintf(
			"The HTTP resource that matches the request URI 'http://%s%s' does not support the API version '%s'.", c.r.Host, c.r.URL.RequestURI(), version))
	}
	return appServiceProtocol{}, false
}

func (a appService) token(c *call, q url.Values, protocol appServiceProtocol) {
	id, problem := a.chosen(q, protocol.selectors)
	if problem != "" {
		a.fail(c, http.StatusBadRequest, "", problem)
		return
	}
	c.identity(id)
	resource := q.Get("resource")
	switch {
	case resource == "":
		a.fail(c, http.StatusBadRequest, "", "The parameter resource is missing")
	case !knownResource(resource):
		a.fail(c, http.StatusBadRequest, "", "AADSTS500011: "+noSuchResource(resource))
	default:
		c.json(http.StatusOK, protocol.answer(a, a.issue(id, resource)))
	}
}

// chosen finds the identity of a request. Without a choice it is the
// system-assigned one: a user-assigned one is never guessed, not even the only one.
func (a appService) chosen(q url.Values, selectors []string) (id *Identity, problem string) {
	var used []string
	name := "" // of the selector
	for _, selector := range selectors {
		if q.Has(selector) {
			used = append(used, selector)
		}
	}
	switch len(used) {
	case 0:
		id = a.SystemIdentity()
	case 1:
		name = used[0]
		id = a.identities.find(func(i *Identity) bool { return i.answersTo(machineSelector(used[0]), q.Get(used[0])) })
	default:
		return nil, fmt.Sprintf("Only one of %s may be given", strings.Join(used, ", "))
	}
	if id == nil {
		return nil, fmt.Sprintf("Unable to load the proper Managed Identity. (%s.)", a.noIdentity(name, q.Get(name)))
	}
	return id, ""
}

// machineSelector translates a selector into the one of [Identity].answersTo.
func machineSelector(name string) string {
	switch name {
	case "clientid":
		return "client_id"
	case "principal_id":
		return "object_id"
	}
	return name
}

// appServiceAnswer is a token as App Service writes it. In the version of 2017 it
// has no client_id.
type appServiceAnswer struct {
	AccessToken string `json:"access_token"`
	ClientID    string `json:"client_id,omitempty"`
	ExpiresOn   string `json:"expires_on"`
	Resource    string `json:"resource"`
	TokenType   string `json:"token_type"`
}

// answer2019 has the client ID in capitals, as the service has.
func (a appService) answer2019(t issuedToken) any {
	return appServiceAnswer{t.token, strings.ToUpper(t.clientID), epoch(t.until), t.resource, "Bearer"}
}

func (a appService) answer2017(t issuedToken) any {
	return appServiceAnswer{t.token, "", a.appServicePlan().date(t.until), t.resource, "Bearer"}
}

func (a appService) fail(c *call, status int, code, message string) {
	c.failHosted(status, code, message)
}
