package mailer_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
	mailer "github.com/keyless-go/azure/examples/testing"
	"github.com/keyless-go/azure/keyvault"
)

const vault = "https://contoso.vault.azure.net"

func TestLogin(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.Vault("contoso").SetSecret("smtp-password", "correct horse")

	m, err := mailer.New(vault, srv.Client())
	require.NoError(t, err)
	user, password, err := m.Login(t.Context())
	require.NoError(t, err)
	require.Equal(t, "mailer", user)
	require.Equal(t, "correct horse", password)
}

// A login costs two requests, whatever the number of mails.
func TestLoginAsksOnce(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.Vault("contoso").SetSecret("smtp-password", "correct horse")
	m, err := mailer.New(vault, srv.Client())
	require.NoError(t, err)
	for range 100 {
		_, _, err := m.Login(t.Context())
		require.NoError(t, err)
	}
	require.Len(t, srv.Requests(), 2, "one for the token, one for the secret")
}

// Time in a synctest bubble is virtual: this test takes milliseconds.
func TestLoginSurvivesAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		srv.Vault("contoso").SetSecret("smtp-password", "correct horse")
		m, err := mailer.New(vault, srv.Client())
		require.NoError(t, err)
		_, _, err = m.Login(t.Context())
		require.NoError(t, err)

		srv.Fail(azuretest.Fault{Operation: "*", Times: -1, Status: 503})
		for range 12 {
			time.Sleep(time.Hour)
			_, password, err := m.Login(t.Context())
			require.NoError(t, err)
			require.Equal(t, "correct horse", password)
		}
	})
}

func TestLoginSaysWhyNot(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		arrange func(*azuretest.Server)
		want    error
	}{
		{"no identity", (*azuretest.Server).RemoveSystemIdentity, credential.ErrIdentityNotFound},
		{"no permission", func(srv *azuretest.Server) { srv.Vault("contoso").Allow(srv.SystemIdentity(), "list") }, keyvault.ErrForbidden},
		{"no secret", func(srv *azuretest.Server) { srv.Vault("contoso") }, keyvault.ErrNotFound},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			test.arrange(srv)
			srv.Vault("contoso")
			m, err := mailer.New(vault, srv.Client())
			require.NoError(t, err)
			_, _, err = m.Login(t.Context())
			require.ErrorIs(t, err, test.want)
		})
	}
}
