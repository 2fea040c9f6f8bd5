// Package mailer is a service as a user of this library would write it, and its
// test shows how to test such a service on the emulator: that it survives an
// outage, says why it cannot start, and asks for no more than it needs.
package mailer

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/keyless-go/azure/credential"
	"github.com/keyless-go/azure/keyvault"
)

// Mailer sends mail with a password that lives in Key Vault.
type Mailer struct {
	secrets *keyvault.SecretCache
}

// New makes a mailer that reads its password from the vault at vaultURL with
// the identity of the machine. In production client is nil.
func New(vaultURL string, client *http.Client) (*Mailer, error) {
	cred, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{HTTPClient: client})
	if err != nil {
		return nil, err
	}
	secrets, err := keyvault.NewSecretClient(vaultURL, cred, &keyvault.ClientOptions{HTTPClient: client})
	if err != nil {
		return nil, err
	}
	return &Mailer{secrets: keyvault.NewSecretCache(secrets, &keyvault.SecretCacheOptions{TTL: 10 * time.Minute, StaleFor: 24 * time.Hour})}, nil
}

// Login returns the name and password to log in to the mail server with.
func (m *Mailer) Login(ctx context.Context) (user, password string, err error) {
	secret, err := m.secrets.Get(ctx, "smtp-password")
	if err != nil {
		return "", "", fmt.Errorf("mail login: %w", err)
	}
	return "mailer", secret.Value.Reveal(), nil
}
