package arm

import (
	"context"
	"net/http"

	"github.com/keyless-go/azure/internal/azrest"
)

type tagsWire struct {
	Tags map[string]string `json:"tags"`
}

// UpdateTags makes tags the tags of a group, in place of all there are; none
// removes them. It needs Microsoft.Resources/subscriptions/resourceGroups/write.
func (c *ResourceGroupClient) UpdateTags(ctx context.Context, name string, tags map[string]string) (ResourceGroup, error) {
	if tags == nil {
		tags = map[string]string{}
	}
	return c.one(ctx, azrest.Call{
		Span: "ResourceGroupClient.UpdateTags", Action: "update tags of resource group", Object: name,
		Method: http.MethodPatch, Path: c.group(name), Body: tagsWire{tags},
	}, azrest.CheckResourceGroup(name))
}
