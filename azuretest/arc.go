package azuretest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const arcPort = "40342"

// arc is the agent of a server connected by Azure Arc. It gives a token to who can
// read the file that it names in its challenge.
// https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication
type arc struct{ *Server }

func (a arc) listens(port string, tls bool) bool { return port == arcPort && !tls }

func (a arc) operation(r *http.Request) string {
	if r.URL.Path == imdsPath {
		return "arc.token"
	}
	return "unknown"
}

func (a arc) admit(*call) func() { return unlimited }

func (a arc) serve(c *call) {
	if c.r.URL.Path != imdsPath {
		a.fail(c, http.StatusNotFound, "", "The requested resource is not found")
		return
	}
	q, ok := c.query(a)
	if !ok {
		return
	}
	scheme, key, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	switch {
	case c.r.Header.Get("Metadata") != "true":
		a.fail(c, http.StatusBadRequest, "bad_request_102", "Required metadata header not specified")
	case !slices.Contains(arcVersions(), q.Get("api-version")):
		a.fail(c, http.StatusBadRequest, "invalid_request", "The api-version must be one of "+strings.Join(arcVersions(), ", "))
	case !strings.EqualFold(scheme, "Basic"):
		a.challenge(c, "Missing Basic Authorization header")
	case !a.arc.use(key, a.Now()):
		a.challenge(c, "The key in the Basic Authorization header is unknown, used or too old")
	default:
		a.token(c, q)
	}
}

// challenge tells the client which file holds the key.
func (a arc) challenge(c *call, why string) {
	file, err := a.arc.newKey(a.Now())
	if err != nil {
		a.fail(c, http.StatusInternalServerError, "", fmt.Sprintf("The agent cannot write its key file, see SetArcKeyDirectory: %v", err))
		return
	}
	c.w.Header().Set("WWW-Authenticate", "Basic realm="+file)
	a.fail(c, http.StatusUnauthorized, "", why)
}

func (a arc) token(c *call, q url.Values) {
	chosen := selected(q)
	if a.arc.isOld() {
		chosen = nil
		for _, name := range selected(q) {
			q.Del(name)
		}
	}
	token, code, problem := a.machineToken(c, q)
	if problem != "" {
		a.fail(c, http.StatusBadRequest, code, problem)
		return
	}
	answer := arcToken(token)
	for _, name := range chosen {
		answer.echo(name, q.Get(name))
	}
	c.json(http.StatusOK, answer)
}

// arcVersions lists the versions in use.
func arcVersions() []string {
	return []string{"2021-02-01", "2020-06-01", "2019-11-01", "2019-08-15"}
}

// arcAnswer is a token as the agent writes it. Whose it is it says only to who has
// chosen, in the words of the choice.
type arcAnswer struct {
	AccessToken  string `json:"access_token"`
	ClientID     string `json:"client_id,omitempty"`
	ObjectID     string `json:"object_id,omitempty"`
	MSIResID     string `json:"msi_res_id,omitempty"`
	MIResID      string `json:"mi_res_id,omitempty"`
	ExpiresIn    string `json:"expires_in"`
	ExpiresOn    string `json:"expires_on"`
	ExtExpiresIn string `json:"ext_expires_in"`
	NotBefore    string `json:"not_before"`
	Resource     string `json:"resource"`
	TokenType    string `json:"token_type"`
}

func arcToken(t issuedToken) arcAnswer {
	return arcAnswer{
		AccessToken:  t.token,
		ExpiresIn:    seconds(t.life),
		ExpiresOn:    epoch(t.until),
		ExtExpiresIn: seconds(t.life),
		NotBefore:    epoch(t.notBefore),
		Resource:     t.resource,
		TokenType:    "Bearer",
	}
}

func (a *arcAnswer) echo(selector, value string) {
	switch selector {
	case "client_id":
		a.ClientID = value
	case "object_id":
		a.ObjectID = value
	case "msi_res_id":
		a.MSIResID = value
	case "mi_res_id":
		a.MIResID = value
	}
}

type arcError struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Codes       []int  `json:"error_codes"`
}

func (a arc) fail(c *call, status int, code, message string) {
	if code == "" {
		code = imdsCode(status)
	}
	c.reason(message)
	c.json(status, arcError{code, message, []int{status}})
}
