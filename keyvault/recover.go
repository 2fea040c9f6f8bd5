package keyvault

import (
	"context"
	"net/http"

	"github.com/keyless-go/azure/internal/azrest"
)

// Recover brings a deleted secret back with all its versions. It needs the
// permission recover.
//
// The service takes some seconds: until [SecretClient.WaitRecovered] returns,
// the secret cannot be read.
func (c *SecretClient) Recover(ctx context.Context, name string) (Properties, error) {
	return c.properties(ctx, azrest.Call{
		Span: "SecretClient.Recover", Action: "recover deleted secret", Object: name,
		Method: http.MethodPost, Path: []string{"deletedsecrets", name, "recover"},
	}, checkName(name))
}
