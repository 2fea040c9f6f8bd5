package arm

import (
	"context"
	"iter"
	"net/http"

	"github.com/keyless-go/azure/internal/azrest"
)

// Resource is a resource in a group, of whatever kind. Empty fields are those
// the service does not tell.
type Resource struct {
	ID, Name string
	// Type is for example Microsoft.Storage/storageAccounts.
	Type           string
	Kind, Location string
	Tags           map[string]string
}

type resourceWire struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Type     string            `json:"type"`
	Kind     string            `json:"kind"`
	Location string            `json:"location"`
	Tags     map[string]string `json:"tags"`
}

// Resources lists what a group holds, as far as the identity may read it. It
// works as [ResourceGroupClient.List] does.
func (c *ResourceGroupClient) Resources(ctx context.Context, name string) iter.Seq2[Resource, error] {
	return azrest.List(ctx, c.rest, azrest.Call{
		Span: "ResourceGroupClient.Resources", Action: "list resources in group", Object: name,
		Method: http.MethodGet, Path: c.group(name, "resources"),
	}, resourceWire.resource, azrest.CheckResourceGroup(name))
}

func (w resourceWire) resource() Resource { return Resource(w) }
