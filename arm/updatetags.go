package arm

import (
	"context"
	"fmt"
	"net/http"
	"unicode/utf8"

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
	}, azrest.CheckResourceGroup(name), checkTags(tags))
}

func checkTags(tags map[string]string) error {
	for name, value := range tags {
		if err := checkText("Tags", name, value); err != nil {
			return err
		}
	}
	return nil
}

// checkText refuses what JSON does not hold: the service would be sent another text.
func checkText(what string, texts ...string) error {
	for _, text := range texts {
		if !utf8.ValidString(text) {
			return fmt.Errorf("the %s of a group must be UTF-8", what)
		}
	}
	return nil
}
