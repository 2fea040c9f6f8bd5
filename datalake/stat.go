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
	clean, err := c.clean(name)
	if err != nil {
		return nil, err
	}
	status, err := c.backend.stat(ctx, clean)
	if err == nil && saysDir(name) && !status.Mode.IsDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return nil, err
	}
	return newInfo(clean, status), nil
}

// cleanFile is clean for what is, or is to be, a file.
func (c *Client) cleanFile(name string) (string, error) {
	if saysDir(name) {
		return "", errDirName()
	}
	return c.clean(name)
}

// cleanAny is clean for what is there, a file or a directory. If the name says
// which, it looks whether it is.
func (c *Client) cleanAny(ctx context.Context, name string) (string, error) {
	clean, err := c.clean(name)
	if err == nil && saysDir(name) {
		_, err = c.stat(ctx, name)
	}
	return clean, err
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
