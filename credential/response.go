package credential

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/keyless-go/azure/internal/fresh"
)

// answer is one response of a source, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
	sent   time.Time // by the wall clock, just before the request
	secret string    // what it was asked with: no message may repeat it
	// mustEcho: without the ID asked for it may be somebody else's token.
	mustEcho bool
	// fellBack: the source has just been found to speak an older protocol only.
	fellBack bool
}

// tokenBody is what every source answers, in all spellings seen.
type tokenBody struct {
	AccessToken string          `json:"access_token"`
	TokenType   string          `json:"token_type"`
	ExpiresIn   json.RawMessage `json:"expires_in"`
	ExpiresOn   json.RawMessage `json:"expires_on"`
	RefreshIn   json.RawMessage `json:"refresh_in"`
	ClientID    string          `json:"client_id"`
	ObjectID    string          `json:"object_id"`
	MSIResource string          `json:"msi_res_id"`
	MIResource  string          `json:"mi_res_id"`
}

// decodeToken turns a successful answer into a token with a known end, or says
// what is wrong with it without quoting it.
func decodeToken(a answer, now time.Time) (fresh.Value[*token], tokenBody, error) {
	var none fresh.Value[*token]
	var body tokenBody
	if err := json.Unmarshal(a.body, &body); err != nil {
		return none, body, errors.New("the answer is not the JSON of a token" + prefixed(": it starts ", a.excerpt()))
	}
	if err := checkToken(body.AccessToken); err != nil {
		return none, body, err
	}
	if body.TokenType != "" && !strings.EqualFold(body.TokenType, "Bearer") {
		return none, body, errors.New("the token is not a bearer token")
	}
	issued, expires := body.life(a.sent, now)
	switch {
	case expires.IsZero():
		return none, body, errors.New("the answer has no usable expires_on or expires_in")
	case !expires.After(now):
		return none, body, fmt.Errorf("the token has expired at %s already", expires.UTC().Format(time.RFC3339))
	}
	value := fresh.Value[*token]{V: &token{raw: body.AccessToken, issued: issued}, Expires: expires.UTC()}
	if refresh, ok := seconds(body.RefreshIn); ok {
		value.RefreshAfter = a.sent.Add(refresh)
	}
	return value, body, nil
}

// life is when the token was issued, if that can be known, and when it expires.
// What the token says of itself counts like what the answer says of it.
func (b tokenBody) life(sent, now time.Time) (issued, expires time.Time) {
	issued, ends := jwtTimes(b.AccessToken)
	in, _ := seconds(b.ExpiresIn)
	return issued, expiry(earlier(parseExpiresOn(b.ExpiresOn), ends), in, sent, now)
}

// checkToken refuses what cannot be sent as a bearer token.
func checkToken(raw string) error {
	switch {
	case raw == "":
		return errors.New("there is no access token in the answer")
	case strings.ContainsFunc(raw, func(r rune) bool { return r > unicode.MaxASCII || r <= ' ' || r == 0x7f }):
		return errors.New("the access token holds characters that no header can carry")
	default:
		return nil
	}
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}
