package keyvault

import (
	"context"
	"iter"
	"net/http"

	"github.com/keyless-go/azure/internal/azrest"
)

// List lists the secrets of the vault, without values and versions. It needs
// the permission list. The list ends after the first error; a request is sent
// for each 25 secrets, when the loop gets there.
func (c *SecretClient) List(ctx context.Context) iter.Seq2[Properties, error] {
	return azrest.List(ctx, c.rest, azrest.Call{
		Span: "SecretClient.List", Action: "list secrets",
		Method: http.MethodGet, Path: []string{"secrets"},
	}, propertiesWire.properties, nil)
}

// ListVersions lists the versions of a secret, without values, in no order. It
// needs the permission list, and works as [SecretClient.List] does.
func (c *SecretClient) ListVersions(ctx context.Context, name string) iter.Seq2[Properties, error] {
	return azrest.List(ctx, c.rest, azrest.Call{
		Span: "SecretClient.ListVersions", Action: "list versions of secret", Object: name,
		Method: http.MethodGet, Path: []string{"secrets", name, "versions"},
	}, propertiesWire.properties, checkName(name))
}

// ListDeleted lists the deleted secrets of the vault. It needs the permission
// list, and works as [SecretClient.List] does.
func (c *SecretClient) ListDeleted(ctx context.Context) iter.Seq2[DeletedSecret, error] {
	return azrest.List(ctx, c.rest, azrest.Call{
		Span: "SecretClient.ListDeleted", Action: "list deleted secrets",
		Method: http.MethodGet, Path: []string{"deletedsecrets"},
	}, deletedWire.secret, nil)
}
