package credential

import (
	"context"
	"encoding/json"
	"time"

	"github.com/keyless-go/azure/internal/fresh"
)

// answeredFor is how long a token that was fetched for a claims challenge
// counts as the answer to it. Every client that shares the credential brings
// the same challenge within moments.
const answeredFor = 30 * time.Second

// pastClaims answers from cache, past what a claims challenge rejects.
func pastClaims[K comparable](ctx context.Context, cache *fresh.Cache[K, *token], key K, claims string) (fresh.Value[*token], error) {
	inHand, _ := cache.Peek(key)
	return cache.Renew(ctx, key, claims, rejectedBy(claims, inHand.V))
}

// rejectedBy says which tokens a claims challenge turns down: those issued
// before the time it names or, where that cannot be told, the one in hand, which
// may be nil.
func rejectedBy(claims string, inHand *token) func(*token) bool {
	notBefore := challengeTime(claims)
	answered := inHand == nil || inHand.claims == claims && time.Since(inHand.received) < answeredFor
	return func(t *token) bool {
		if !notBefore.IsZero() && !t.issued.IsZero() {
			return t.issued.Before(notBefore)
		}
		return !answered && t.raw == inHand.raw
	}
}

// challengeTime reads access_token.nbf of a claims challenge, the instant
// before which tokens are revoked. The zero time means that it names none.
func challengeTime(claims string) time.Time {
	value := json.RawMessage(claims)
	for _, name := range []string{"access_token", "nbf", "value"} {
		var object map[string]json.RawMessage // a struct would take names in any case
		if json.Unmarshal(value, &object) != nil {
			return time.Time{}
		}
		value = object[name]
	}
	at, _ := number(value)
	return unixTime(at)
}

// requestedClaims is what Entra is sent: what a challenge asks for and, for a
// client that can answer challenges, the word that it can.
func requestedClaims(a ask) string {
	claims := map[string]any{}
	if a.claims != "" && (json.Unmarshal([]byte(a.claims), &claims) != nil || claims == nil) {
		return a.claims // for Entra to judge
	}
	if a.cae {
		inner, ok := claims["access_token"].(map[string]any)
		if !ok {
			inner = map[string]any{}
		}
		inner["xms_cc"] = map[string]any{"values": []string{"cp1"}}
		claims["access_token"] = inner
	}
	if len(claims) == 0 {
		return ""
	}
	text, _ := json.Marshal(claims) //nolint:errchkjson // it came from JSON
	return string(text)
}
