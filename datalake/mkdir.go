package datalake

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
)

// Mkdir makes a directory with the permissions, from which no server takes
// anything away. What exists is [fs.ErrExist], a missing parent [fs.ErrNotExist].
func (c *Client) Mkdir(ctx context.Context, name string, perm fs.FileMode) error {
	return pathError("mkdir", name, c.mkdir(ctx, name, perm))
}

func (c *Client) mkdir(ctx context.Context, name string, perm fs.FileMode) error {
	name, err := c.clean(name)
	if err != nil {
		return err
	}
	existing, err := c.lookup(ctx, name)
	switch {
	case err != nil:
		return err
	case existing != nil:
		return fs.ErrExist
	}
	return c.backend.mkdir(ctx, name, modeBits(perm))
}

// MkdirAll makes a directory and the parents it lacks, all with the
// permissions. A directory that exists is left as it is; a file in the way is
// the errno ENOTDIR.
func (c *Client) MkdirAll(ctx context.Context, name string, perm fs.FileMode) error {
	dir, err := c.clean(name)
	if err == nil && dir != "/" {
		err = c.backend.mkdir(ctx, dir, modeBits(perm))
	}
	if errors.Is(err, fs.ErrExist) {
		err = syscall.ENOTDIR
	}
	return pathError("mkdir", name, err)
}

// lookup describes what is at a name, nil if that is free. Then the parent is
// there, and is a directory.
func (c *Client) lookup(ctx context.Context, name string) (*FileStatus, error) {
	status, err := c.backend.stat(ctx, name)
	switch {
	case err == nil:
		return &status, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	case parent(name) == "/":
		return nil, nil //nolint:nilnil // free, and the root is always there
	}
	above, err := c.backend.stat(ctx, parent(name))
	if err == nil && !above.Mode.IsDir() {
		err = syscall.ENOTDIR
	}
	return nil, err
}

func (w *webhdfs) mkdir(ctx context.Context, name string, mode uint32) error {
	return w.yes(ctx, request{
		method: http.MethodPut, op: "MKDIRS", name: name, query: url.Values{"permission": {octal(mode)}},
	})
}

// yes is for an operation whose answer is true unless it did nothing.
func (w *webhdfs) yes(ctx context.Context, r request) error {
	answer, err := ask[flag](ctx, w, r)
	if err == nil && (answer.Boolean == nil || !*answer.Boolean) {
		err = errNotDone()
	}
	return err
}

func octal(mode uint32) string { return strconv.FormatUint(uint64(mode), 8) }

// mkdir leaves a directory that exists as it is.
func (d *dfs) mkdir(ctx context.Context, name string, mode uint32) error {
	header := absent()
	header["X-Ms-Permissions"] = []string{octal4(mode)}
	header["X-Ms-Umask"] = []string{"0000"}
	err := d.tell(ctx, call{
		method: http.MethodPut, name: name, query: url.Values{"resource": {"directory"}}, header: header,
		accept: []int{http.StatusCreated},
	})
	if err = exists(err); !errors.Is(err, fs.ErrExist) {
		return err
	}
	if status, e := d.stat(ctx, name); e != nil || !status.Mode.IsDir() {
		return err
	}
	return nil
}

// octal4 is octal with all four digits, as Gen2 writes it.
func octal4(mode uint32) string { return strconv.FormatUint(1<<12|uint64(mode), 8)[1:] }
