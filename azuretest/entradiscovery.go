package azuretest

import (
	"encoding/base64"
	"math/big"
	"net/http"
	"strings"
)

// entraCloud is one cloud's directory, as the discovery of clouds describes it.
type entraCloud struct {
	Network string   `json:"preferred_network"`
	Cache   string   `json:"preferred_cache"`
	Aliases []string `json:"aliases"`
}

func entraClouds() []entraCloud {
	return []entraCloud{
		{"login.microsoftonline.com", "login.windows.net", []string{"login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"}},
		{"login.partner.microsoftonline.cn", "login.partner.microsoftonline.cn", []string{"login.partner.microsoftonline.cn", "login.chinacloudapi.cn"}},
		{"login.microsoftonline.us", "login.microsoftonline.us", []string{"login.microsoftonline.us", "login.usgovcloudapi.net"}},
	}
}

// document returns the public document at a request's path, and the tenant that
// the path names, or nil.
// https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
func (e entra) document(r *http.Request) (tenant string, document any) {
	tenant, rest := entraPath(r.URL.Path)
	base := "https://" + strings.ToLower(r.Host) + "/" + tenant
	switch rest {
	case "discovery/instance":
		return tenant, instanceDocument{base + "/v2.0/.well-known/openid-configuration", "1.1", entraClouds()}
	case "v2.0/.well-known/openid-configuration":
		return tenant, newOpenIDDocument(base)
	case "discovery/v2.0/keys", "discovery/keys":
		return tenant, e.signer.keys()
	}
	return tenant, nil
}

type instanceDocument struct {
	TenantDiscovery string       `json:"tenant_discovery_endpoint"`
	Version         string       `json:"api-version"`
	Metadata        []entraCloud `json:"metadata"`
}

type openIDDocument struct {
	Token         string   `json:"token_endpoint"`
	AuthMethods   []string `json:"token_endpoint_auth_methods_supported"`
	Keys          string   `json:"jwks_uri"`
	SubjectTypes  []string `json:"subject_types_supported"`
	Algorithms    []string `json:"id_token_signing_alg_values_supported"`
	Issuer        string   `json:"issuer"`
	Authorization string   `json:"authorization_endpoint"`
}

func newOpenIDDocument(base string) openIDDocument {
	return openIDDocument{
		Token:         base + "/oauth2/v2.0/token",
		AuthMethods:   []string{"private_key_jwt"},
		Keys:          base + "/discovery/v2.0/keys",
		SubjectTypes:  []string{"pairwise"},
		Algorithms:    []string{"RS256"},
		Issuer:        base + "/v2.0",
		Authorization: base + "/oauth2/v2.0/authorize",
	}
}

// keyDocument is what tokens can be checked with (RFC 7517).
type keyDocument struct {
	Keys []publicKey `json:"keys"`
}

type publicKey struct {
	Type     string `json:"kty"`
	Use      string `json:"use"`
	ID       string `json:"kid"`
	Modulus  string `json:"n"`
	Exponent string `json:"e"`
}

func (s *signer) keys() keyDocument {
	exponent := big.NewInt(int64(s.key.E))
	return keyDocument{[]publicKey{{
		Type:     "RSA",
		Use:      "sig",
		ID:       s.id,
		Modulus:  base64.RawURLEncoding.EncodeToString(s.key.N.Bytes()),
		Exponent: base64.RawURLEncoding.EncodeToString(exponent.Bytes()),
	}}}
}
