package azuretest

import (
	"encoding/json"
	"net/http"
)

const (
	azureMLPath = "/msi/auth"
	azureMLPort = "46808"
)

// azureML is the token endpoint of an Azure Machine Learning compute. It speaks
// App Service's protocol of 2017 with two differences: expires_on is a number, and
// the client ID must be given even for the system-assigned identity, or the token
// is a person's.
// https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication
type azureML struct{ *Server }

func (a azureML) listens(port string, tls bool) bool { return port == azureMLPort && !tls }

func (a azureML) operation(r *http.Request) string {
	if isPath(r.URL.Path, azureMLPath) {
		return "azureml.token"
	}
	return "unknown"
}

func (a azureML) admit(*call) func() { return unlimited }

func (a azureML) serve(c *call) {
	if !isPath(c.r.URL.Path, azureMLPath) {
		a.fail(c, http.StatusNotFound, "", "There is nothing at "+c.r.URL.Path)
		return
	}
	q, ok := c.query(a)
	if !ok {
		return
	}
	id := a.owner(q.Get("clientid"))
	resource := q.Get("resource")
	switch {
	case q.Get("api-version") != version2017:
		a.fail(c, http.StatusBadRequest, "", "The api-version must be "+version2017)
	case !a.knowsSecret(c, "Secret"):
		a.fail(c, http.StatusUnauthorized, "", "The header Secret has not the value of MSI_SECRET")
	case id == nil:
		a.fail(c, http.StatusBadRequest, "", identityNotFound+a.noIdentity("clientid", q.Get("clientid")))
	case resource == "":
		a.fail(c, http.StatusBadRequest, "", "The parameter resource is missing")
	case !knownResource(resource):
		a.fail(c, http.StatusBadRequest, "", "AADSTS500011: "+noSuchResource(resource))
	default:
		c.identity(id)
		t := a.issue(id, resource)
		c.json(http.StatusOK, azureMLAnswer{t.token, t.clientID, json.Number(epoch(t.until)), t.resource, "Bearer"})
	}
}

// owner returns whose token a client ID gets. One that is no GUID, such as the word
// the platform sets where there is no identity, gets the signed-in person's.
func (a azureML) owner(clientID string) *Identity {
	if !isGUID(clientID) {
		return a.SignedInUser()
	}
	return a.identities.find(func(i *Identity) bool { return i.answersTo("client_id", clientID) })
}

// azureMLAnswer is a token as the compute writes it.
type azureMLAnswer struct {
	AccessToken string      `json:"access_token"`
	ClientID    string      `json:"client_id"`
	ExpiresOn   json.Number `json:"expires_on"`
	Resource    string      `json:"resource"`
	TokenType   string      `json:"token_type"`
}

func (a azureML) fail(c *call, status int, code, message string) { c.failHosted(status, code, message) }
