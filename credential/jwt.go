package credential

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
	"time"
)

// jwtTimes reads when a token was issued and when it expires, if the token is a
// JWT. The signature is not checked: the token is for its service to judge, and
// the times only ever make the cache more careful.
func jwtTimes(raw string) (issued, expires time.Time) {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return time.Time{}, time.Time{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return time.Time{}, time.Time{}
	}
	var claims struct {
		Issued    float64 `json:"iat"`
		NotBefore float64 `json:"nbf"`
		Expires   float64 `json:"exp"`
	}
	if json.Unmarshal(payload, &claims) != nil {
		return time.Time{}, time.Time{}
	}
	return unixTime(max(claims.Issued, claims.NotBefore)), unixTime(claims.Expires)
}

// unixTime converts seconds since 1970, with their fraction. What is not a
// date of this era is the zero time.
func unixTime(seconds float64) time.Time {
	if !(seconds > 0 && seconds < maxUnix) {
		return time.Time{}
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*1e9)).UTC()
}

// maxUnix is the year 2200: later dates overflow nanoseconds since 1970.
const maxUnix = 7258118400
