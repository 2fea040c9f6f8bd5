package keyvault

import (
	"context"
	"fmt"
	"net/http"

	"github.com/keyless-go/azure/internal/azrest"
)

// Get reads the latest version of a secret. It needs the permission get.
//
// A disabled secret is [ErrForbidden], a deleted one [ErrNotFound]. A secret
// that has expired is read like any other.
func (c *SecretClient) Get(ctx context.Context, name string) (Secret, error) {
	return c.value(ctx, getCall(name), checkName(name))
}

func getCall(name string) azrest.Call {
	return azrest.Call{
		Span: "SecretClient.Get", Action: "get secret", Object: name,
		Method: http.MethodGet, Path: []string{"secrets", name},
	}
}

// GetVersion reads one version of a secret. It needs the permission get.
func (c *SecretClient) GetVersion(ctx context.Context, name, version string) (Secret, error) {
	return c.value(ctx, azrest.Call{
		Span: "SecretClient.GetVersion", Action: "get secret", Object: name + "/" + version,
		Method: http.MethodGet, Path: []string{"secrets", name, version},
	}, checkName(name), checkVersion(version))
}

// value is a call that answers a secret with its value.
func (c *SecretClient) value(ctx context.Context, request azrest.Call, invalid ...error) (Secret, error) {
	wire, err := call[secretWire](ctx, c, request, invalid...)
	if err != nil {
		return Secret{}, err
	}
	if wire.Value == nil || wire.ID == "" {
		err := fmt.Errorf("%w: the answer has no value or no id", ErrUnexpectedResponse)
		return Secret{}, c.rest.Fail(request, err)
	}
	return Secret{Properties: wire.properties(), Value: Value{text: wire.Value}}, nil
}

// properties is a call that answers a secret without its value.
func (c *SecretClient) properties(ctx context.Context, request azrest.Call, invalid ...error) (Properties, error) {
	wire, err := call[propertiesWire](ctx, c, request, invalid...)
	if err == nil && wire.ID == "" {
		err = c.rest.Fail(request, errNoID())
	}
	if err != nil {
		return Properties{}, err
	}
	return wire.properties(), nil
}

func errNoID() error {
	return fmt.Errorf("%w: the answer has no id", ErrUnexpectedResponse)
}
