package azuretest_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// verifier is a program that checks tokens and knows an address, nothing else.
type verifier struct {
	issuer string
	keys   map[string]*rsa.PublicKey // :: kid
}

// discover reads what is at an address with /.well-known/openid-configuration behind it.
func discover(t *testing.T, client *http.Client, address string) verifier {
	t.Helper()
	c := caller{client: client}
	got := c.do(t, http.MethodGet, address+"/.well-known/openid-configuration", "")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	var about struct {
		Issuer     string
		Keys       string   `json:"jwks_uri"`
		Responses  []string `json:"response_types_supported"`
		Subjects   []string `json:"subject_types_supported"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
	}
	require.NoError(t, json.Unmarshal([]byte(got.Body), &about))
	require.NotEmpty(t, about.Responses)
	require.NotEmpty(t, about.Subjects)
	require.Equal(t, []string{"RS256"}, about.Algorithms)
	got = c.do(t, http.MethodGet, about.Keys, "")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	var set struct {
		Keys []struct{ Kty, Use, Alg, Kid, N, E string }
	}
	require.NoError(t, json.Unmarshal([]byte(got.Body), &set))
	v := verifier{about.Issuer, map[string]*rsa.PublicKey{}}
	for _, key := range set.Keys {
		require.Equal(t, "RSA sig RS256", key.Kty+" "+key.Use+" "+key.Alg)
		v.keys[key.Kid] = &rsa.PublicKey{N: number(t, key.N), E: int(number(t, key.E).Int64())}
	}
	return v
}

func number(t *testing.T, text string) *big.Int {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(text)
	require.NoError(t, err)
	return new(big.Int).SetBytes(data)
}

// verify returns the claims of a token that is good.
func (v verifier) verify(token string) (claims map[string]any, err error) {
	parts := strings.Split(token, ".")
	var segments [3][]byte
	for i := range segments {
		if segments[i], err = base64.RawURLEncoding.DecodeString(parts[i]); err != nil {
			return nil, err
		}
	}
	var header struct{ Alg, Kid string }
	if err := json.Unmarshal(segments[0], &header); err != nil {
		return nil, err
	}
	key := v.keys[header.Kid]
	if header.Alg != "RS256" || key == nil {
		return nil, fmt.Errorf("algorithm %s, key %s", header.Alg, header.Kid)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], segments[2]); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(segments[1], &claims); err != nil {
		return nil, err
	}
	if claims["iss"] != v.issuer {
		return nil, fmt.Errorf("issuer %s, want %s", claims["iss"], v.issuer)
	}
	return claims, nil
}

// Other programs can check the tokens with nothing but an address.
func TestTokensCanBeVerified(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	plain, secure := httptest.NewServer(srv), httptest.NewTLSServer(srv)
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	tenant := srv.SystemIdentity().TenantID()
	for name, test := range map[string]struct {
		client  *http.Client
		address string
	}{
		"the issuer's own address": {srv.Client(), "https://sts.windows.net/" + tenant},
		"a login host":             {srv.Client(), "https://login.microsoftonline.com/" + tenant},
		"no tenant":                {srv.Client(), "https://login.microsoftonline.com/common"},
		"another cloud":            {srv.Client(), "https://login.microsoftonline.us/" + tenant},
		"a socket":                 {plain.Client(), plain.URL},
		"a socket and a tenant":    {plain.Client(), plain.URL + "/" + tenant},
		"a socket with TLS":        {secure.Client(), secure.URL},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := discover(t, test.client, test.address)
			require.Equal(t, "https://sts.windows.net/"+tenant+"/", v.issuer)
			token := imdsAsk(t, srv)
			claims, err := v.verify(token)
			require.NoError(t, err)
			require.Equal(t, vaultAud, claims["aud"])
			require.Equal(t, srv.SystemIdentity().ObjectID(), claims["oid"])

			cut := strings.Split(token, ".")
			cut[1] = base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"` + v.issuer + `"}`))
			_, err = v.verify(strings.Join(cut, "."))
			require.ErrorIs(t, err, rsa.ErrVerification)
		})
	}
}

// imdsAsk returns the token that the machine gets for vaults.
func imdsAsk(t *testing.T, srv *azuretest.Server) string {
	t.Helper()
	got := caller{client: srv.Client()}.do(t, http.MethodGet, imdsToken+"?api-version=2018-02-01&resource="+vaultAud, "", "Metadata", "true")
	token, ok := got.At(t, "access_token").(string)
	require.True(t, ok, got.Body)
	return token
}

func TestOpenIDOnTheLoopback(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	socket := httptest.NewServer(srv)
	t.Cleanup(socket.Close)
	c := caller{client: socket.Client()}
	for path, status := range map[string]int{
		"/.well-known/openid-configuration":             200,
		"/discovery/keys":                               200,
		"/discovery/v2.0/keys":                          200,
		"/common/discovery/v2.0/keys":                   200,
		"/contoso.onmicrosoft.com/discovery/v2.0/keys":  200,
		"/fabrikam.onmicrosoft.com/discovery/v2.0/keys": 404,
		"/common":      404,
		"/.well-known": 404,
		"/discovery":   404,
		"/common/v2.0/.well-known/openid-configuration":  200,
		"/common/v2.0/.well-known/openid-configuration/": 404,
	} {
		require.Equal(t, status, c.do(t, http.MethodGet, socket.URL+path, "").Status, path)
	}
	got := c.do(t, http.MethodGet, socket.URL+"/.well-known/openid-configuration", "")
	require.Contains(t, got.At(t, "jwks_uri"), socket.URL)
	token := srv.SystemIdentity().Token("https://somebody.example", time.Hour)
	_, err := discover(t, c.client, socket.URL).verify(token)
	require.NoError(t, err)
}
