package azrest_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

func TestAnUnknownAudienceIsAskedFor(t *testing.T) {
	t.Parallel()
	cred := &tokens{list: []string{"t"}}
	s := (&script{}).then(401, "", "WWW-Authenticate", `Bearer resource="https://x"`).then(200, "{}")
	c := config(t, s.serve, func(c *azrest.Config) {
		c.Bearer = &azrest.Bearer{Credential: cred, ProbePath: []string{"secrets"}, Challenge: func(h http.Header) (azrest.Audience, error) {
			return azrest.Audience{Scope: azrest.ParseChallenges(h)[0].Params["resource"], Tenant: "ten"}, nil
		}}
	})
	client, err := azrest.New(c)
	require.NoError(t, err)
	call := getCall()
	call.Method, call.Body = http.MethodPut, thing{Name: "body"}
	for range 2 {
		_, err = azrest.Do[thing](t.Context(), client, call)
		require.NoError(t, err)
	}
	require.Len(t, s.seen, 3)
	require.Equal(t, seen{method: "GET", url: endpoint + "/secrets?api-version=7.4"}, s.seen[0])
	require.Equal(t, []policy.TokenRequestOptions{{Scopes: []string{"https://x"}, TenantID: "ten", EnableCAE: true}}, cred.asked)
}

func TestAnAudienceThatCannotBeFound(t *testing.T) {
	t.Parallel()
	distrust := errors.New("not trusted")
	for name, test := range map[string]struct {
		status int
		is     error
		want   string
	}{
		"distrusted": {401, azrest.ErrUnauthorized, "unauthorized: not trusted"},
		"open":       {200, azrest.ErrUnexpectedResponse, "unexpected response: 200 to a request without token, where a challenge was to come"},
		"firewall":   {403, azrest.ErrForbidden, "403 Forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cred := &tokens{list: []string{"t"}}
			client := newClient(t, always(test.status, ""), func(c *azrest.Config) {
				c.Bearer = &azrest.Bearer{Credential: cred, Challenge: func(http.Header) (azrest.Audience, error) {
					return azrest.Audience{}, distrust
				}}
			})
			_, err := get(t.Context(), client)
			require.ErrorIs(t, err, test.is)
			require.EqualError(t, err, `keyvault: get secret "db" in contoso.vault.azure.net: `+test.want)
			require.Empty(t, cred.asked)
		})
	}
}
