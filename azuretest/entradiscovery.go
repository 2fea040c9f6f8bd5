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

// openIDPath is where a verifier of tokens begins (OpenID Connect Discovery 1.0, 4).
const openIDPath = ".well-known/openid-configuration"

// isEntraPath reports whether a path is the directory's where no host name says so.
func isEntraPath(path string) bool {
	tenant, rest := entraPath(path)
	return tenant == "discovery" && rest != "" || rest != "" && hasDocuments(tenant) || isDefaultTenant(path)
}

// isDefaultTenant reports whether a path is the description of the one tenant there is
// that names no tenant: for verifiers that are given nothing but an address.
func isDefaultTenant(path string) bool { return path == "/"+openIDPath }

// hasDocuments reports whether public documents are at paths that begin so.
func hasDocuments(name string) bool {
	return isTenant(name) || name == "common" || name == "organizations"
}

// document returns the public document at a request's path, and the tenant that
// the path names, or nil. What is not version 2.0's describes the tokens of managed
// identities, which are of version 1.0.
// https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
func (e entra) document(r *http.Request) (tenant string, document any) {
	tenant, rest := entraPath(r.URL.Path)
	if isDefaultTenant(r.URL.Path) || tenant == "discovery" {
		tenant, rest = tenantID(), strings.TrimPrefix(r.URL.Path, "/")
	}
	base := "http://"
	if overTLS(r) {
		base = "https://"
	}
	base += strings.ToLower(r.Host) + "/" + tenant
	switch rest {
	case "discovery/instance":
		return tenant, instanceDocument{base + "/v2.0/" + openIDPath, "1.1", entraClouds()}
	case "v2.0/" + openIDPath:
		return tenant, newOpenIDDocument(base, base+"/v2.0")
	case openIDPath:
		return tenant, newOpenIDDocument(base, issuer())
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

// openIDDocument is a discovery document; response_types_supported has to be in it.
type openIDDocument struct {
	Token         string   `json:"token_endpoint"`
	AuthMethods   []string `json:"token_endpoint_auth_methods_supported"`
	Keys          string   `json:"jwks_uri"`
	SubjectTypes  []string `json:"subject_types_supported"`
	Responses     []string `json:"response_types_supported"`
	Algorithms    []string `json:"id_token_signing_alg_values_supported"`
	Issuer        string   `json:"issuer"`
	Authorization string   `json:"authorization_endpoint"`
}

// newOpenIDDocument describes whoever issues tokens with an iss claim of issuer.
func newOpenIDDocument(base, issuer string) openIDDocument {
	return openIDDocument{
		Token:         base + "/oauth2/v2.0/token",
		AuthMethods:   []string{"private_key_jwt"},
		Keys:          base + "/discovery/v2.0/keys",
		SubjectTypes:  []string{"pairwise"},
		Responses:     []string{"code", "id_token", "code id_token", "id_token token"},
		Algorithms:    []string{"RS256"},
		Issuer:        issuer,
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
	Alg      string `json:"alg"`
	ID       string `json:"kid"`
	Modulus  string `json:"n"`
	Exponent string `json:"e"`
}

func (s *signer) keys() keyDocument {
	exponent := big.NewInt(int64(s.key.E))
	return keyDocument{[]publicKey{{
		Type:     "RSA",
		Use:      "sig",
		Alg:      "RS256",
		ID:       s.id,
		Modulus:  base64.RawURLEncoding.EncodeToString(s.key.N.Bytes()),
		Exponent: base64.RawURLEncoding.EncodeToString(exponent.Bytes()),
	}}}
}
