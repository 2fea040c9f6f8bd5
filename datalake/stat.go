package datalake

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"syscall"
)

// Stat describes a file or directory. Sys of the answer is a [*FileStatus].
// What does not exist is [fs.ErrNotExist].
func (c *Client) Stat(ctx context.Context, name string) (fs.FileInfo, error) {
	info, err := c.stat(ctx, name)
	if err != nil {
		return nil, pathError("stat", name, err)
	}
	return info, nil
}

func (c *Client) stat(ctx context.Context, name string) (*fileInfo, error) {
	name, err := c.clean(name)
	if err != nil {
		return nil, err
	}
	status, err := c.backend.stat(ctx, name)
	if err != nil {
		return nil, err
	}
	return newInfo(name, status), nil
}

// clean answers a name that the server can hold.
func (c *Client) clean(name string) (string, error) {
	name, err := clean(name)
	if err != nil {
		return "", err
	}
	return name, c.backend.check(name)
}

func (w *webhdfs) stat(ctx context.Context, name string) (FileStatus, error) {
	status, err := w.status(ctx, name)
	if exception(err) != "AccessControlException" {
		return status, err
	}
	// It is also what Hadoop answers if a file is where a directory should be.
	for above := parent(name); above != "/"; above = parent(above) {
		if found, e := w.status(ctx, above); e == nil && !found.Mode.IsDir() {
			return status, fmt.Errorf("%w: %w", syscall.ENOTDIR, withoutMeaning(err))
		} else if exception(e) != "AccessControlException" {
			break
		}
	}
	return status, err
}

func (w *webhdfs) status(ctx context.Context, name string) (FileStatus, error) {
	wire, err := ask[struct {
		FileStatus *statusWire
	}](ctx, w, request{method: http.MethodGet, op: "GETFILESTATUS", name: name})
	if err != nil {
		return FileStatus{}, err
	}
	return wire.FileStatus.status()
}

// stat asks for the root in another way: it has no properties.
func (d *dfs) stat(ctx context.Context, name string) (FileStatus, error) {
	query := url.Values{}
	if name == "/" {
		query.Set("action", "getAccessControl")
	}
	header, err := d.ask(ctx, call{method: http.MethodHead, name: name, query: query})
	if err != nil {
		return FileStatus{}, err
	}
	status, err := headerStatus(header)
	if name == "/" {
		status.Mode |= fs.ModeDir
	}
	if status.Mode.IsDir() {
		status.Size = 0
	}
	return status, err
}
