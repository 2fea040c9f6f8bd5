package keyvault

import (
	"context"
	"net/http"
	"time"

	"github.com/keyless-go/azure/internal/azrest"
)

// SetOptions are what a new version of a secret has beside its value. Nil and
// the zero value mean none of it.
type SetOptions struct {
	// ContentType describes the value, in up to 255 characters.
	ContentType string
	// Tags are up to 15, with names and values of up to 256 characters.
	Tags map[string]string
	// Enabled is whether the value can be read. Nil: yes.
	Enabled *bool
	// NotBefore and Expires are sent as whole seconds. Zero: none.
	NotBefore, Expires time.Time
}

type setWire struct {
	Value       string            `json:"value"`
	ContentType string            `json:"contentType,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Attributes  *attributesWire   `json:"attributes,omitempty"`
}

// Set makes value the latest version of a secret, which it creates if there is
// none. The value is UTF-8 of up to 25,600 bytes. It needs the permission set.
//
// A name that belongs to a deleted secret is [ErrConflict].
func (c *SecretClient) Set(ctx context.Context, name, value string, options *SetOptions) (Secret, error) {
	if options == nil {
		options = &SetOptions{}
	}
	return c.value(ctx, azrest.Call{
		Span: "SecretClient.Set", Action: "set secret", Object: name,
		Method: http.MethodPut, Path: []string{"secrets", name}, Body: options.wire(value), Secret: value,
	}, checkName(name), checkValue(value), options.check())
}

func (o *SetOptions) check() error {
	if err := checkContentType(o.ContentType); err != nil {
		return err
	}
	if err := checkTags(o.Tags); err != nil {
		return err
	}
	return checkTimes(o.NotBefore, o.Expires)
}

func (o *SetOptions) wire(value string) setWire {
	wire := setWire{Value: value, ContentType: o.ContentType, Tags: o.Tags}
	attributes := attributesWire{Enabled: o.Enabled, NotBefore: toUnix(o.NotBefore), Expires: toUnix(o.Expires)}
	if attributes != (attributesWire{}) {
		wire.Attributes = &attributes
	}
	return wire
}
