package keyvault

import (
	"context"
	"net/http"

	"github.com/keyless-go/azure/internal/azrest"
)

// Delete deletes all versions of a secret. It needs the permission delete.
//
// The service takes some seconds: until [SecretClient.WaitDeleted] returns, the
// secret cannot be recovered or purged, and its name cannot be set.
func (c *SecretClient) Delete(ctx context.Context, name string) (DeletedSecret, error) {
	return c.deleted(ctx, azrest.Call{
		Span: "SecretClient.Delete", Action: "delete secret", Object: name,
		Method: http.MethodDelete, Path: []string{"secrets", name},
	}, checkName(name))
}

// GetDeleted reads what is known of a deleted secret. It needs the permission
// get. It is [ErrNotFound] while the deletion is not complete.
func (c *SecretClient) GetDeleted(ctx context.Context, name string) (DeletedSecret, error) {
	return c.deleted(ctx, azrest.Call{
		Span: "SecretClient.GetDeleted", Action: "get deleted secret", Object: name,
		Method: http.MethodGet, Path: []string{"deletedsecrets", name},
	}, checkName(name))
}

// Purge removes a deleted secret for good. It needs the permission purge.
func (c *SecretClient) Purge(ctx context.Context, name string) error {
	_, err := call[struct{}](ctx, c, azrest.Call{
		Span: "SecretClient.Purge", Action: "purge deleted secret", Object: name,
		Method: http.MethodDelete, Path: []string{"deletedsecrets", name},
		Accept: []int{http.StatusNoContent},
	}, checkName(name))
	return err
}

func (c *SecretClient) deleted(ctx context.Context, request azrest.Call, invalid ...error) (DeletedSecret, error) {
	wire, err := call[deletedWire](ctx, c, request, invalid...)
	if err == nil && wire.ID == "" {
		err = c.rest.Fail(request, errNoID())
	}
	if err != nil {
		return DeletedSecret{}, err
	}
	return wire.secret(), nil
}
