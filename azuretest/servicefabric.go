package azuretest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

const serviceFabricPort = "2377"

// serviceFabric is the token endpoint of a Service Fabric node. Which identity a
// program has is set in the cluster; a request cannot choose.
// https://learn.microsoft.com/azure/service-fabric/how-to-managed-identity-service-fabric-app-code
type serviceFabric struct{ *Server }

func (f serviceFabric) listens(port string, tls bool) bool { return port == serviceFabricPort && tls }

func (f serviceFabric) operation(r *http.Request) string {
	if r.URL.Path == imdsPath {
		return "servicefabric.token"
	}
	return "unknown"
}

func (f serviceFabric) admit(*call) func() { return unlimited }

func (f serviceFabric) serve(c *call) {
	if c.r.URL.Path != imdsPath {
		f.fail(c, http.StatusNotFound, "NotFound", "There is nothing at "+c.r.URL.Path)
		return
	}
	q, ok := c.query(f)
	if !ok {
		return
	}
	id, several := f.identities.unselected()
	version, resource := q.Get("api-version"), q.Get("resource")
	switch {
	case c.r.Header.Get("Secret") == "":
		f.fail(c, http.StatusBadRequest, "SecretHeaderNotFound", "Secret is not found in the request headers.")
	case !slices.Contains(serviceFabricVersions(), version):
		f.fail(c, http.StatusBadRequest, "InvalidApiVersion", fmt.Sprintf(
			"The api-version '%s' is not supported. Supported version is '%s'.", version, serviceFabricVersions()[0]))
	case !f.knowsSecret(c, "Secret"):
		f.fail(c, http.StatusNotFound, "ManagedIdentityNotFound", noFabricIdentity+"(The header Secret has not the value of IDENTITY_HEADER.)")
	case id == nil || several:
		f.fail(c, http.StatusNotFound, "ManagedIdentityNotFound", noFabricIdentity+"(A host wants one identity, this has "+f.identities.names()+".)")
	case resource == "":
		f.fail(c, http.StatusBadRequest, "ArgumentNullOrEmpty", "The parameter 'resource' should not be null or empty string.")
	case !knownResource(resource):
		f.fail(c, http.StatusInternalServerError, "InternalServerError", "An error occurred. ("+noSuchResource(resource)+")")
	default:
		c.identity(id)
		c.json(http.StatusOK, serviceFabricToken(f.issue(id, resource)))
	}
}

// noFabricIdentity is how all begins that is wrong with a host's identity.
const noFabricIdentity = "Managed identity not found for the specified application host. "

// serviceFabricVersions lists the versions: the documented one, and that of newer
// runtimes, which can revoke tokens.
func serviceFabricVersions() []string { return []string{"2019-07-01-preview", "2020-05-01"} }

// serviceFabricAnswer is a token as the node writes it: without expires_in.
type serviceFabricAnswer struct {
	TokenType   string      `json:"token_type"`
	AccessToken string      `json:"access_token"`
	ExpiresOn   json.Number `json:"expires_on"`
	Resource    string      `json:"resource"`
}

func serviceFabricToken(t issuedToken) serviceFabricAnswer {
	return serviceFabricAnswer{"Bearer", t.token, json.Number(epoch(t.until)), t.resource}
}

type serviceFabricError struct {
	Error struct {
		CorrelationID string `json:"correlationId"`
		Code          string `json:"code"`
		Message       string `json:"message"`
	} `json:"error"`
}

func (f serviceFabric) fail(c *call, status int, code, message string) {
	if code == "" {
		code = serviceFabricCode(status)
	}
	c.reason(message)
	var body serviceFabricError
	body.Error.CorrelationID, body.Error.Code, body.Error.Message = newGUID(), code, message
	c.json(status, body)
}

// serviceFabricCode is the code that usually goes with a status.
func serviceFabricCode(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "BadRequest"
	case http.StatusNotFound:
		return "ManagedIdentityNotFound"
	case http.StatusMethodNotAllowed:
		return "MethodNotAllowed"
	case http.StatusTooManyRequests:
		return "TooManyRequests"
	}
	return "InternalServerError"
}

// serviceFabricEnvironment names the endpoint and the only certificate it has.
func (s *Server) serviceFabricEnvironment() map[string]string {
	return map[string]string{
		"IDENTITY_ENDPOINT":          "https://localhost:" + serviceFabricPort + imdsPath,
		"IDENTITY_HEADER":            s.identityHeader(),
		"IDENTITY_SERVER_THUMBPRINT": thumbprint(s.certificates.selfSigned(s.signer)),
		"IDENTITY_API_VERSION":       serviceFabricVersions()[0],
	}
}
