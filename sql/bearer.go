package azuresql

import (
	"encoding/base64"
	"encoding/json"
	"path"
	"strings"
	"time"
)

// bearer is what a token says of itself, unchecked: good for advice only, and
// empty for a token that is no JWT.
type bearer struct {
	Audience   string  `json:"aud"`
	TenantID   string  `json:"tid"`
	AppID      string  `json:"appid"`
	ClientID   string  `json:"azp"` // appid, in tokens of version 2
	ObjectID   string  `json:"oid"`
	UPN        string  `json:"upn"`
	ResourceID string  `json:"xms_mirid"` // of a managed identity
	IssuedAt   float64 `json:"iat"`
}

// bearerOf reads the claims of a token.
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
func bearerOf(token string) bearer {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return bearer{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	var b bearer
	if err != nil || json.Unmarshal(payload, &b) != nil {
		return bearer{}
	}
	return b
}

// made is when the token was issued, zero if it does not say.
func (b bearer) made() time.Time {
	if b.IssuedAt <= 0 || b.IssuedAt > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(b.IssuedAt), 0)
}

// name is the display name of the identity, as far as it can be told: that of
// the virtual machine or of the user-assigned identity.
func (b bearer) name() string {
	switch {
	case b.UPN != "":
		return b.UPN
	case b.ResourceID != "":
		return path.Base(b.ResourceID)
	default:
		return ""
	}
}

// String names the identity, for people who look for it in the directory.
func (b bearer) String() string {
	var facts []string
	for _, fact := range [...]struct{ what, value string }{
		{"client ID ", b.AppID + b.ClientID}, {"object ID ", b.ObjectID}, {"tenant ", b.TenantID}, {"audience ", b.Audience},
	} {
		if fact.value != "" {
			facts = append(facts, fact.what+fact.value)
		}
	}
	return strings.Join(facts, ", ")
}
