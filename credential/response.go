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
func decodeToken(a answer, now time.Time) (fresh.Value[token], tokenBody, error) {
	var body tokenBody
	if err := json.Unmarshal(a.body, &body); err != nil {
		return fresh.Value[token]{}, body, errors.New("the answer is not the JSON of a token" + excerpt(a))
	}
	if err := body.check(); err != nil {
		return fresh.Value[token]{}, body, err
	}
	in, _ := number(body.ExpiresIn)
	expires := expiry(parseExpiresOn(body.ExpiresOn), in, a.sent, now)
	if expires.IsZero() {
		return fresh.Value[token]{}, body, errors.New("the answer has no usable expires_on or expires_in")
	}
	if !expires.After(now) {
		return fresh.Value[token]{}, body, fmt.Errorf("the token has expired at %s already", expires.Format(time.RFC3339))
	}
	issued, ends := jwtTimes(body.AccessToken)
	if ends.After(now) && ends.Before(expires) {
		expires = ends
	}
	value := fresh.Value[token]{V: token{raw: body.AccessToken, issued: issued}, Expires: expires}
	if refresh, ok := number(body.RefreshIn); ok && refresh < maxLife.Seconds() {
		value.RefreshAfter = a.sent.Add(time.Duration(refresh * float64(time.Second)))
	}
	return value, body, nil
}

func (b tokenBody) check() error {
	switch {
	case b.AccessToken == "":
		return errors.New("the answer has no access_token")
	case strings.ContainsFunc(b.AccessToken, func(r rune) bool { return r > unicode.MaxASCII || r <= ' ' || r == 0x7f }):
		return errors.New("the access_token holds characters that no header can carry")
	case b.TokenType != "" && !strings.EqualFold(b.TokenType, "Bearer"):
		return errors.New("the token is not a bearer token")
	default:
		return nil
	}
}

// excerpt quotes the start of a page that something else answered with: another
// cloud, a captive portal, a proxy. JSON is never quoted, it may hold a token.
func excerpt(a answer) string {
	text := strings.TrimSpace(string(a.body[:min(len(a.body), 256)]))
	if text == "" {
		return ": it is empty"
	}
	if strings.ContainsAny(text[:1], `{["`) || strings.Contains(strings.ToLower(text), "token") {
		return ""
	}
	return fmt.Sprintf(": it starts %q", scrub(text, 256))
}
