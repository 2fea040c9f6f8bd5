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
	ResourceID string      `json:"xms_mirid"`
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

func (s *signer) sign(c claims) string {
	header := encodeSegment(joseHeader{Type: "JWT", Algorithm: "RS256", KeyID: s.id})
	signed := header + "." + encodeSegment(c)
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
	parts := strings.Split(token, ".")
	if len(token) > maxToken || len(parts) != 3 {
		return c, errors.New("the token is not a JWT of three parts")
	}
	var header joseHeader
	if !decodeSegment(parts[0], &header) || !decodeSegment(parts[1], &c) {
		return c, errors.New("the token is not a JWT: header or claims are not base64url JSON")
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	switch {
	case err != nil || header.Algorithm != "RS256":
		return c, errors.New("the token is not signed by RS256")
	case header.KeyID != s.id:
		return c, errors.New("the token is signed by another key than the emulator's")
	case rsa.VerifyPKCS1v15(&s.key.PublicKey, crypto.SHA256, sum[:], signature) != nil:
		return c, errors.New("the token's signature is wrong")
	case !c.IssuedAt.valid() || !c.NotBefore.valid() || !c.Expires.valid():
		return c, errors.New("the token's times are out of range")
	}
	return c, nil
}

func decodeSegment(segment string, v any) bool {
	data, err := base64.RawURLEncoding.Strict().DecodeString(segment)
	return err == nil && json.Unmarshal(data, v) == nil
}
