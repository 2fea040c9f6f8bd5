package arm

import (
	"context"
	"net/http"

	"github.com/keyless-go/azure/internal/azrest"
)

// Get reads a group. It needs Microsoft.Resources/subscriptions/resourceGroups/read,
// which the role Reader has.
func (c *ResourceGroupClient) Get(ctx context.Context, name string) (ResourceGroup, error) {
	return c.one(ctx, azrest.Call{
		Span: "ResourceGroupClient.Get", Action: "get resource group", Object: name,
		Method: http.MethodGet, Path: c.group(name),
	}, azrest.CheckResourceGroup(name))
}
