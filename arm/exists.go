package arm

import (
	"context"
	"errors"
	"net/http"

	"github.com/keyless-go/azure/internal/azrest"
)

// Exists says whether there is a group of the name. It needs the permission of
// [ResourceGroupClient.Get]; without it the answer is [ErrForbidden], be there
// such a group or not.
func (c *ResourceGroupClient) Exists(ctx context.Context, name string) (bool, error) {
	request := azrest.Call{
		Span: "ResourceGroupClient.Exists", Action: "look for resource group", Object: name,
		Method: http.MethodHead, Path: c.group(name),
		Accept: []int{http.StatusOK, http.StatusNoContent},
	}
	if err := azrest.CheckResourceGroup(name); err != nil {
		return false, c.rest.Fail(request, err)
	}
	_, err := azrest.Do[struct{}](ctx, c.rest, request)
	if errors.Is(err, ErrNotFound) && !isSubscriptionError(err) {
		return false, nil
	}
	return err == nil, err
}

// isSubscriptionError says whether a 404 is about the subscription. An answer to
// HEAD has no body: only its headers can tell.
func isSubscriptionError(err error) bool {
	refusal, ok := errors.AsType[*azrest.Error](err)
	return ok && refusal.HasCode("SubscriptionNotFound")
}
