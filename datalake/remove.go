package datalake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
)

// Remove removes a file or an empty directory. A directory that is not empty is
// the errno ENOTEMPTY, what is not there [fs.ErrNotExist].
func (c *Client) Remove(ctx context.Context, name string) error {
	return pathError("remove", name, c.remove(ctx, name, false))
}

// RemoveAll removes a file, or a directory with all that is in it. What is not
// there is no error. The root is refused.
func (c *Client) RemoveAll(ctx context.Context, name string) error {
	err := c.remove(ctx, name, true)
	if errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) { // which Windows takes for the other, too
		err = nil
	}
	return pathError("removeall", name, err)
}

// remove takes what is gone after a lost answer for removed.
func (c *Client) remove(ctx context.Context, name string, all bool) error {
	name, err := c.cleanAny(ctx, name)
	switch {
	case err != nil:
		return err
	case name == "/":
		return invalid("the root cannot be removed")
	}
	for tries := 1; ; tries++ {
		err := c.backend.remove(ctx, name, all)
		switch {
		case err == nil || tries > 1 && errors.Is(err, fs.ErrNotExist):
			return nil
		case !c.retry.again(ctx, tries, err):
			return gaveUp(ctx, err)
		}
	}
}

func (w *webhdfs) remove(ctx context.Context, name string, all bool) error {
	answer, err := ask[flag](ctx, w, request{
		method: http.MethodDelete, op: "DELETE", name: name, query: url.Values{"recursive": {strconv.FormatBool(all)}}, once: true,
	})
	switch {
	case err != nil:
		return err
	case answer.Boolean == nil:
		return fmt.Errorf("%w: it does not say whether it was done", ErrUnexpectedResponse)
	case !*answer.Boolean:
		return fs.ErrNotExist
	default:
		return nil
	}
}

// remove of a large directory takes several requests.
func (d *dfs) remove(ctx context.Context, name string, all bool) error {
	query := url.Values{"recursive": {strconv.FormatBool(all)}}
	for {
		header, err := d.ask(ctx, call{
			method: http.MethodDelete, name: name, query: query, once: true,
			accept: []int{http.StatusOK, http.StatusAccepted},
		})
		if err != nil {
			return err
		}
		more := header.Get("X-Ms-Continuation")
		switch more {
		case "":
			return nil
		case query.Get("continuation"):
			return errSamePage
		}
		query.Set("continuation", more)
	}
}
