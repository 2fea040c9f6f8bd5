package keyvault

import (
	"context"
	"iter"
	"net/http"

	"github.com/keyless-go/azure/internal/azrest"
)

type pageWire[T any] struct {
	Value    []T    `json:"value"`
	NextLink string `json:"nextLink"`
}

// List lists the secrets of the vault, without values and versions. It needs
// the permission list. The list ends after the first error; a request is sent
// for each 25 secrets, when the loop gets there.
func (c *SecretClient) List(ctx context.Context) iter.Seq2[Properties, error] {
	return list(ctx, c, azrest.Call{
		Span: "SecretClient.List", Action: "list secrets",
		Method: http.MethodGet, Path: []string{"secrets"},
	}, propertiesWire.properties)
}

// ListVersions lists the versions of a secret, without values, in no order. It
// needs the permission list, and works as [SecretClient.List] does.
func (c *SecretClient) ListVersions(ctx context.Context, name string) iter.Seq2[Properties, error] {
	return list(ctx, c, azrest.Call{
		Span: "SecretClient.ListVersions", Action: "list versions of secret", Object: name,
		Method: http.MethodGet, Path: []string{"secrets", name, "versions"},
	}, propertiesWire.properties, checkName(name))
}

// ListDeleted lists the deleted secrets of the vault. It needs the permission
// list, and works as [SecretClient.List] does.
func (c *SecretClient) ListDeleted(ctx context.Context) iter.Seq2[DeletedSecret, error] {
	return list(ctx, c, azrest.Call{
		Span: "SecretClient.ListDeleted", Action: "list deleted secrets",
		Method: http.MethodGet, Path: []string{"deletedsecrets"},
	}, deletedWire.secret)
}

// list flattens pages. Pages may be empty, also in the middle.
func list[W, T any](ctx context.Context, c *SecretClient, request azrest.Call, convert func(W) T, invalid ...error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if err := first(invalid); err != nil {
			yield(none, c.rest.Fail(request, err))
			return
		}
		for page, err := range azrest.Pages(ctx, c.rest, request, func(p pageWire[W]) string { return p.NextLink }) {
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range page.Value {
				if !yield(convert(item), nil) {
					return
				}
			}
		}
	}
}
