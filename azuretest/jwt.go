package azuretest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// maxToken bounds what is parsed.
const maxToken = 16 << 10

// claims is the payload of a token, as Microsoft Entra issues it in version 1.0.
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
type claims struct {
	Audience   string      `json:"aud"`
	Issuer     string      `json:"iss"`
	IssuedAt   numericDate `json:"iat"`
	NotBefore  numericDate `json:"nbf"`
	Expires    numericDate `json:"exp"`
	AppID      string      `json:"appid"`
	ObjectID   string      `json:"oid"`
	Subject    string      `json:"sub"`
	TenantID   string      `json:"tid"`
	TokenID    string      `json:"uti"`
	JWTID      string      `json:"jti"`
	Version    string      `json:"ver"`
	ResourceID string      `json:"xms_mirid,omitempty"`
	IDType     string      `json:"idtyp,omitempty"`  // "user" for a person
	UPN        string      `json:"upn,omitempty"`    // of a person
	Clients    []string    `json:"xms_cc,omitempty"` // what the client has said it can do
}

// numericDate is seconds since 1970, with a fraction if need be (RFC 7519, section 2).
type numericDate float64

func dateOf(t time.Time) numericDate {
	return numericDate(float64(t.UnixMicro()) / 1e6)
}

// time is exact to the microsecond, which a float64 holds well beyond this century.
func (n numericDate) time() time.Time {
	return time.UnixMicro(int64(math.Round(float64(n) * 1e6)))
}

// valid refuses what time could not hold.
func (n numericDate) valid() bool { return n >= 0 && n < 1e11 }

// signer makes and checks the signatures of tokens.
type signer struct {
	key *rsa.PrivateKey
	id  string
}

func newSigner() (*signer, error) {
	block, _ := pem.Decode([]byte(signingKey))
	if block == nil {
		return nil, errors.New("azuretest: the embedded key is not PEM")
	}
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("azuretest: the embedded key: %w", err)
	}
	sum := sha256.Sum256(key.N.Bytes())
	return &signer{key: key, id: base64.RawURLEncoding.EncodeToString(sum[:15])}, nil
}

type joseHeader struct {
	Type      string `json:"typ"`
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
}

// sign returns a token with a payload, which is [claims] or another token's.
func (s *signer) sign(payload any) string {
	header := encodeSegment(joseHeader{Type: "JWT", Algorithm: "RS256", KeyID: s.id})
	signed := header + "." + encodeSegment(payload)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(fmt.Sprintf("azuretest: signing with the embedded key: %v", err)) // the key is constant
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func encodeSegment(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("azuretest: encoding %T: %v", v, err)) // strings and finite numbers only
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

// parse returns the claims of a token this signer has signed. Its errors never
// quote the token.
func (s *signer) parse(token string) (claims, error) {
	var c claims
	if err := decodeToken(token, &c); err != nil {
		return c, err
	}
	if err := s.verify(token); err != nil {
		return c, err
	}
	if !c.IssuedAt.valid() || !c.NotBefore.valid() || !c.Expires.valid() {
		return c, errors.New("the token's times are out of range")
	}
	return c, nil
}

// decodeToken reads the payload of a token, whoever has signed it.
func decodeToken(token string, payload any) error {
	parts := strings.Split(token, ".")
	if len(token) > maxToken || len(parts) != 3 {
		return errors.New("the token is not a JWT of three parts")
	}
	if !decodeSegment(parts[0], &joseHeader{}) || !decodeSegment(parts[1], payload) {
		return errors.New("the token is not a JWT: header or claims are not base64url JSON")
	}
	return nil
}

// verify checks who has signed a token that [decodeToken] could read.
func (s *signer) verify(token string) error {
	var header joseHeader
	parts := strings.Split(token, ".")
	decodeSegment(parts[0], &header)
	signature, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	switch {
	case err != nil || header.Algorithm != "RS256":
		return errors.New("the token is not signed by RS256")
	case header.KeyID != s.id:
		return errors.New("the token is signed by another key than the emulator's")
	case rsa.VerifyPKCS1v15(&s.key.PublicKey, crypto.SHA256, sum[:], signature) != nil:
		return errors.New("the token's signature is wrong")
	}
	return nil
}

func decodeSegment(segment string, v any) bool {
	data, err := base64.RawURLEncoding.Strict().DecodeString(segment)
	return err == nil && json.Unmarshal(data, v) == nil
}
