package keyvault

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/keyless-go/azure/internal/azrest"
)

// UpdateOptions are the changes to a version of a secret. What is nil stays as
// it is.
type UpdateOptions struct {
	// ContentType describes the value, in up to 255 characters.
	ContentType *string
	// Tags replace all there are; an empty map that is not nil removes them.
	Tags map[string]string
	// Enabled is whether the value can be read.
	Enabled *bool
	// NotBefore and Expires are sent as whole seconds. The service has no way
	// to remove one: a zero time is an error.
	NotBefore, Expires *time.Time
}

type updateWire struct {
	ContentType *string           `json:"contentType,omitempty"`
	Tags        map[string]string `json:"tags,omitzero"`
	Attributes  *attributesWire   `json:"attributes,omitempty"`
}

// Update changes what a version of a secret has beside its value. An empty
// version is the latest. It needs the permission set.
func (c *SecretClient) Update(ctx context.Context, name, version string, options *UpdateOptions) (Properties, error) {
	if options == nil {
		options = &UpdateOptions{}
	}
	object := name
	var badVersion error
	if version != "" {
		object += "/" + version
		badVersion = checkVersion(version)
	}
	return c.properties(ctx, azrest.Call{
		Span: "SecretClient.Update", Action: "update secret", Object: object,
		// The service takes the latest version for an empty one.
		Method: http.MethodPatch, Path: []string{"secrets", name, version}, Body: options.wire(),
	}, checkName(name), badVersion, options.check())
}

func (o *UpdateOptions) check() error {
	if o.ContentType != nil {
		if err := checkContentType(*o.ContentType); err != nil {
			return err
		}
	}
	if err := checkTags(o.Tags); err != nil {
		return err
	}
	var times [2]time.Time
	for i, t := range []*time.Time{o.NotBefore, o.Expires} {
		if t == nil {
			continue
		}
		if t.IsZero() {
			return errors.New("NotBefore and Expires cannot be removed: a zero time has no meaning")
		}
		times[i] = *t
	}
	return checkTimes(times[0], times[1])
}

func (o *UpdateOptions) wire() updateWire {
	wire := updateWire{ContentType: o.ContentType, Tags: o.Tags}
	attributes := attributesWire{Enabled: o.Enabled}
	if o.NotBefore != nil {
		attributes.NotBefore = toUnix(*o.NotBefore)
	}
	if o.Expires != nil {
		attributes.Expires = toUnix(*o.Expires)
	}
	if attributes != (attributesWire{}) {
		wire.Attributes = &attributes
	}
	return wire
}
