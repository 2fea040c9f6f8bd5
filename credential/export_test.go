package credential

import (
	"errors"
	"net/http"
	"time"
)

// Parsers and rules, for their own tests.
var (
	ArcKeyFile      = arcKeyFile
	Expiry          = expiry
	JWTTimes        = jwtTimes
	MaxLife         = maxLife
	ParseExpiresOn  = parseExpiresOn
	ParseThumbprint = parseThumbprint
	ReadArcKey      = readArcKey
	ReadAssertion   = readAssertion
	RejectionTime   = challengeTime
	ResourceOf      = resourceOf
	RetryAfter      = retryAfter
)

// DecodeToken is the token in a body that came for a request sent at sent.
func DecodeToken(body []byte, sent, now time.Time) (raw string, expires, refresh time.Time, err error) {
	value, _, err := decodeToken(answer{status: http.StatusOK, body: body, sent: sent}, now)
	if err != nil {
		return "", time.Time{}, time.Time{}, err
	}
	return value.V.raw, value.Expires, value.RefreshAfter, nil
}

// StatusError is the error of an answer to a request made with a secret.
func StatusError(status int, header http.Header, body []byte, secret string) *Error {
	rules := retryRules{retry: isTransient, server: "IMDS"}
	return statusError(answer{status: status, header: header, body: body, secret: secret}, rules)
}

// RequestedClaims is what Entra is sent for a challenge.
func RequestedClaims(claims string, cae bool) string {
	return requestedClaims(ask{claims: claims, cae: cae})
}

// ArcKeyDirectory is where the agent of this system keeps its keys.
func ArcKeyDirectory() string { return arcKeyDirectory() }

// UseArcKeys makes a credential for Azure Arc look for keys in another directory.
func UseArcKeys(c *ManagedIdentityCredential, directory string) error {
	for _, o := range []*origin{c.fetcher.origin.Load(), c.fetcher.agent} {
		if o == nil {
			continue
		}
		if agent, ok := o.provider.(*arc); ok {
			agent.keys = directory
			return nil
		}
	}
	return errors.New("the credential does not ask an agent")
}

// UseAgentFile makes a credential look for another file as the agent's program.
func UseAgentFile(c *ManagedIdentityCredential, file string) { c.fetcher.agentFile = file }
