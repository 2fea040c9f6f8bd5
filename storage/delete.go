package storage

import (
	"context"
	"net/http"
)

// Delete deletes a blob. A SAS needs d. A blob with snapshots is [ErrConflict].
func (c *ContainerClient) Delete(ctx context.Context, blob string) error {
	call := c.call("Delete", "delete blob", http.MethodDelete, blob)
	call.Accept = []int{http.StatusAccepted, http.StatusOK}
	_, err := c.send(ctx, call, blob) //nolint:bodyclose // the pipeline has read and closed it
	return err
}
