package credential

import (
	"encoding/json"
	"time"

	"github.com/keyless-go/azure/internal/fresh"
)

// answeredFor is how long a token that was fetched for a claims challenge
// counts as the answer to it. Every client that shares the credential brings
// the same challenge within moments.
const answeredFor = 30 * time.Second

// rejectedBy says which tokens a claims challenge turns down: those issued
// before the time it names or, where that cannot be told, the one in hand.
func rejectedBy(claims string, inHand token) func(token) bool {
	notBefore := challengeTime(claims)
	return func(t token) bool {
		if !notBefore.IsZero() && !t.issued.IsZero() {
			return t.issued.Before(notBefore)
		}
		if t.claims == claims && time.Since(t.received) < answeredFor {
			return false
		}
		return t.raw == inHand.raw
	}
}

// challengeTime reads access_token.nbf of a claims challenge, the instant
// before which tokens are revoked. The zero time means that it names none.
func challengeTime(claims string) time.Time {
	var challenge struct {
		AccessToken struct {
			NotBefore struct {
				Value json.RawMessage `json:"value"`
			} `json:"nbf"`
		} `json:"access_token"`
	}
	if json.Unmarshal([]byte(claims), &challenge) != nil {
		return time.Time{}
	}
	seconds, _ := number(challenge.AccessToken.NotBefore.Value)
	return unixTime(seconds)
}

// inHand is the token a cache holds for key, the zero token if it holds none.
func inHand[K comparable](cache *fresh.Cache[K, token], key K) token {
	v, _ := cache.Peek(key)
	return v.V
}
