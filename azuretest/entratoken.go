package azuretest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const assertionByJWT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// exchange answers a program that shows the token of its pod with one of its
// identity. Every identity of the machine trusts that pod.
func (e entra) exchange(c *call, tenant string) {
	form, ok := c.form(e)
	if !ok {
		return
	}
	if !isTenant(tenant) {
		e.refuse(c, noSuchTenant(tenant))
		return
	}
	grant, why := e.judgeExchange(form)
	if grant.id != nil {
		c.identity(grant.id)
	}
	if why != nil {
		e.refuse(c, why)
		return
	}
	c.w.Header().Set("Cache-Control", "no-store, no-cache")
	c.json(http.StatusOK, e.entraToken(grant))
}

// grant is a token request that is to be answered.
type grant struct {
	id           *Identity
	resource     string
	capabilities []string
}

// judgeExchange says what a request gets, or what is wrong with it.
func (e entra) judgeExchange(form url.Values) (g grant, why *entraError) {
	if why = checkExchange(form); why != nil {
		return g, why
	}
	client := form.Get("client_id")
	g.id = e.identities.find(func(i *Identity) bool { return i.answersTo("client_id", client) })
	if g.id == nil {
		return g, &entraError{http.StatusBadRequest, "unauthorized_client", 700016, fmt.Sprintf(
			"Application with identifier '%s' was not found in the directory 'Contoso'.", client)}
	}
	if why = e.judgeAssertion(form.Get("client_assertion")); why != nil {
		return g, why
	}
	if g.capabilities, why = capabilities(form.Get("claims")); why != nil {
		return g, why
	}
	g.resource, _ = exchangeResource(form.Get("scope"))
	if !knownResource(g.resource) {
		return g, &entraError{http.StatusBadRequest, "invalid_resource", 500011, noSuchResource(g.resource)}
	}
	return g, nil
}

const defaultScope = "/.default"

// exchangeResource returns the one resource that a scope parameter names. The
// scopes that speak of a person may stand beside it, and mean nothing here: MSAL
// adds three of them to every request.
func exchangeResource(scope string) (resource string, ok bool) {
	named := slices.DeleteFunc(strings.Fields(scope), func(s string) bool {
		return s == "openid" || s == "profile" || s == "offline_access"
	})
	if len(named) != 1 {
		return "", false
	}
	return strings.CutSuffix(named[0], defaultScope)
}

// checkExchange says what is wrong with the parameters before anything is looked up.
func checkExchange(form url.Values) *entraError {
	for _, name := range []string{"grant_type", "client_id", "scope"} {
		if form.Get(name) == "" {
			return &entraError{http.StatusBadRequest, "invalid_request", 900144, fmt.Sprintf("The request body must contain the following parameter: '%s'.", name)}
		}
	}
	if grantType := form.Get("grant_type"); grantType != "client_credentials" {
		return &entraError{http.StatusBadRequest, "unsupported_grant_type", 70003, fmt.Sprintf("The app requested an unsupported grant type '%s'.", grantType)}
	}
	if _, ok := exchangeResource(form.Get("scope")); !ok {
		return &entraError{http.StatusBadRequest, "invalid_scope", 1002012, fmt.Sprintf(
			"The provided value for scope %s is not valid. Client credential flows take one resource identifier with /.default after it.", form.Get("scope"))}
	}
	if form.Get("client_assertion") == "" || form.Get("client_assertion_type") != assertionByJWT {
		return &entraError{http.StatusUnauthorized, "invalid_client", 7000216, "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type."}
	}
	return nil
}

// judgeAssertion says what is wrong with the token of a pod: no identity trusts
// such a pod, or it is not the pod's.
func (e entra) judgeAssertion(assertion string) *entraError {
	refusal := func(number int, message string) *entraError {
		return &entraError{http.StatusUnauthorized, "invalid_client", number, message}
	}
	noMatch := "No matching federated identity record found for presented assertion %s '%s'. Check the identity's federated credential against the assertion."
	var pod podClaims
	if err := decodeToken(assertion, &pod); err != nil {
		return refusal(50027, "JWT token is invalid or malformed: "+err.Error())
	}
	now := e.Now()
	switch {
	case pod.Issuer != podIssuer:
		return refusal(700211, fmt.Sprintf(noMatch, "issuer", pod.Issuer))
	case pod.Subject != podSubject:
		return refusal(700213, fmt.Sprintf(noMatch, "subject", pod.Subject))
	case !slices.ContainsFunc(pod.Audience, isExchangeAudience):
		return refusal(700212, fmt.Sprintf(noMatch, "audience", strings.Join(pod.Audience, " ")))
	case e.signer.verify(assertion) != nil:
		return refusal(700027, "Client assertion failed signature validation.")
	case !now.Before(pod.Expires.time()) || now.Before(pod.NotBefore.time()):
		return refusal(700024, fmt.Sprintf("Client assertion is not within its valid time range. Current time: %s, expiry time of assertion %s.",
			stamp(now), stamp(pod.Expires.time())))
	}
	return nil
}

// isExchangeAudience accepts the audience that each cloud has for pods' tokens.
func isExchangeAudience(audience string) bool {
	switch audience {
	case podAudience, podAudience + "USGov", podAudience + "China":
		return true
	}
	return false
}

// capabilities reads what the client says that it can do, cp1 being to answer
// claims challenges. What else it claims, such as that the token be new, is so
// anyway.
func capabilities(requested string) ([]string, *entraError) {
	var claims struct {
		AccessToken struct {
			Clients struct {
				Values []string `json:"values"`
			} `json:"xms_cc"`
		} `json:"access_token"`
	}
	if requested == "" {
		return nil, nil
	}
	if json.Unmarshal([]byte(requested), &claims) != nil {
		return nil, &entraError{http.StatusBadRequest, "invalid_request", 9002332, "The parameter claims is not the JSON of a claims request."}
	}
	return claims.AccessToken.Clients.Values, nil
}

// entraAnswer is a token as the directory writes it: with numbers, and without the
// time of its end.
type entraAnswer struct {
	TokenType    string      `json:"token_type"`
	ExpiresIn    json.Number `json:"expires_in"`
	ExtExpiresIn json.Number `json:"ext_expires_in"`
	RefreshIn    json.Number `json:"refresh_in,omitempty"`
	AccessToken  string      `json:"access_token"`
}

// entraToken makes a new token each time: the directory keeps none.
func (e entra) entraToken(g grant) entraAnswer {
	e.platform.mu.Lock()
	life := e.platform.life
	e.platform.mu.Unlock()
	t := e.newToken(g.id, g.resource, life, g.capabilities...)
	answer := entraAnswer{TokenType: "Bearer", ExpiresIn: json.Number(seconds(life)), ExtExpiresIn: json.Number(seconds(life)), AccessToken: t.token}
	if life > 2*time.Hour {
		answer.RefreshIn = json.Number(seconds((life / 2).Truncate(time.Second)))
	}
	return answer
}
