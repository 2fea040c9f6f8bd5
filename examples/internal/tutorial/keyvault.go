package tutorial

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/keyless-go/azure/keyvault"
)

// KeyVault is the tutorial that reads a secret from Key Vault.
type KeyVault struct {
	World
	Vault      string // the vault's URL, or its name in the public cloud
	Secret     string
	APIVersion string // empty: the client's default
}

// Run reads the secret and prints it as the service answers it. Printing a
// secret is the point of the tutorial, and of no other program.
func (k KeyVault) Run(ctx context.Context, out io.Writer) error {
	cred, err := k.Credential()
	if err != nil {
		return err
	}
	options := &keyvault.ClientOptions{HTTPClient: k.HTTPClient, ClientOptions: k.clientOptions()}
	options.APIVersion = k.APIVersion
	client, err := keyvault.NewSecretClient(vaultURL(k.Vault), cred, options)
	if err != nil {
		return err
	}
	secret, err := client.Get(ctx, k.Secret)
	if err != nil {
		return err
	}
	return printSecret(out, secret)
}

func vaultURL(vault string) string {
	if strings.ContainsAny(vault, ":./") {
		return vault
	}
	return "https://" + vault + ".vault.azure.net"
}

// printSecret prints the fields in the order of the service's answer.
func printSecret(out io.Writer, secret keyvault.Secret) error {
	type attributes struct {
		Enabled       bool   `json:"enabled"`
		Created       int64  `json:"created"`
		Updated       int64  `json:"updated"`
		RecoveryLevel string `json:"recoveryLevel"`
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(struct {
		Value      string     `json:"value"`
		ID         string     `json:"id"`
		Attributes attributes `json:"attributes"`
	}{
		Value: secret.Value.Reveal(),
		ID:    secret.ID,
		Attributes: attributes{
			Enabled: secret.Enabled, Created: secret.Created.Unix(), Updated: secret.Updated.Unix(), RecoveryLevel: secret.RecoveryLevel,
		},
	})
	if err != nil {
		return fmt.Errorf("print the secret: %w", err)
	}
	return nil
}
