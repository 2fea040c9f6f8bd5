package arm

import (
	"context"
	"errors"
	"net/http"

	"github.com/keyless-go/azure/internal/azrest"
)

// CreateOrUpdate makes a group, or changes the one there is. Of group it takes
// Location, which is required and can never change, Tags, which replace all
// there are, and ManagedBy. It needs
// Microsoft.Resources/subscriptions/resourceGroups/write.
//
// A group that exists in another location, or is being deleted, is [ErrConflict].
func (c *ResourceGroupClient) CreateOrUpdate(ctx context.Context, name string, group ResourceGroup) (ResourceGroup, error) {
	return c.one(ctx, azrest.Call{
		Span: "ResourceGroupClient.CreateOrUpdate", Action: "create or update resource group", Object: name,
		Method: http.MethodPut, Path: c.group(name),
		Body:   groupWire{Location: group.Location, ManagedBy: group.ManagedBy, Tags: group.Tags},
		Accept: []int{http.StatusOK, http.StatusCreated},
	}, azrest.CheckResourceGroup(name), checkLocation(group.Location), checkText("ManagedBy", group.ManagedBy), checkTags(group.Tags))
}

func checkLocation(location string) error {
	if location == "" {
		return errors.New("a group needs a Location")
	}
	return checkText("Location", location)
}
