package datalake

import (
	"context"
	"io/fs"
	"net/http"
	"net/url"
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
