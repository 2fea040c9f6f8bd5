package arm

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/keyless-go/azure/internal/azrest"
)

// pollInterval is how often Delete asks, unless the service says how often.
const pollInterval = 2 * time.Second

// Delete deletes a group with everything in it, and waits until that is done,
// which takes the service minutes. It needs
// Microsoft.Resources/subscriptions/resourceGroups/delete.
//
// The end of ctx ends the wait, not the deletion. A group that does not exist
// is [ErrNotFound].
func (c *ResourceGroupClient) Delete(ctx context.Context, name string) error {
	poller, err := c.BeginDelete(ctx, name)
	if err != nil {
		return err
	}
	_, err = poller.PollUntilDone(ctx, &runtime.PollUntilDoneOptions{Frequency: pollInterval})
	if _, ours := errors.AsType[*azrest.Error](err); err == nil || ours {
		return err
	}
	if ctx.Err() == nil { // azcore cannot read an answer
		err = fmt.Errorf("%w: %w", ErrUnexpectedResponse, err)
	}
	return c.rest.Fail(c.deletion(name), err)
}

// BeginDelete is [ResourceGroupClient.Delete] without the wait: the poller tells
// how the deletion goes. It asks Resource Manager only, wherever the answers
// lead. It has no resume token: azcore makes none for a result without a name.
func (c *ResourceGroupClient) BeginDelete(ctx context.Context, name string) (*runtime.Poller[struct{}], error) {
	request := c.deletion(name)
	if err := azrest.CheckResourceGroup(name); err != nil {
		return nil, c.rest.Fail(request, err)
	}
	resp, err := c.rest.Send(ctx, request) //nolint:bodyclose // the pipeline has read and closed it
	if err != nil {
		return nil, err
	}
	return c.rest.Poller(request, resp)
}

func (c *ResourceGroupClient) deletion(name string) azrest.Call {
	return azrest.Call{
		Span: "ResourceGroupClient.BeginDelete", Action: "delete resource group", Object: name,
		Method: http.MethodDelete, Path: c.group(name),
		Accept: []int{http.StatusOK, http.StatusAccepted, http.StatusNoContent},
	}
}
