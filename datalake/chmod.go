package datalake

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Chmod sets the permissions of a file or directory: the nine bits and
// fs.ModeSticky. All else of the mode is ignored.
func (c *Client) Chmod(ctx context.Context, name string, mode fs.FileMode) error {
	return pathError("chmod", name, change(ctx, c, name, func(clean string, b interface {
		chmod(ctx context.Context, name string, mode uint32) error
	},
	) error {
		return b.chmod(ctx, clean, modeBits(mode))
	}))
}

// Chown sets the owner and the group of a file or directory: names on Hadoop,
// object ids on Azure. An empty one stays as it is; two are [fs.ErrInvalid].
func (c *Client) Chown(ctx context.Context, name, owner, group string) error {
	switch {
	case owner == "" && group == "":
		return pathError("chown", name, invalid("there is neither owner nor group"))
	case !isPrintable(owner) || !isPrintable(group):
		return pathError("chown", name, invalid("the name of an owner or group has no control character"))
	}
	return pathError("chown", name, change(ctx, c, name, func(clean string, b interface {
		chown(ctx context.Context, name, owner, group string) error
	},
	) error {
		return b.chown(ctx, clean, owner, group)
	}))
}

// Chtimes sets the times of access and modification, to the millisecond. A zero
// one stays as it is, and one before 1970 or after 9999 is refused. Gen2 answers
// [errors.ErrUnsupported].
func (c *Client) Chtimes(ctx context.Context, name string, access, modification time.Time) error {
	if err := firstError(checkTime(access), checkTime(modification)); err != nil {
		return pathError("chtimes", name, err)
	}
	return pathError("chtimes", name, change(ctx, c, name, func(clean string, b interface {
		chtimes(ctx context.Context, name string, access, modification time.Time) error
	},
	) error {
		return b.chtimes(ctx, clean, access, modification)
	}))
}

// checkTime refuses what servers take for something else: -1 is for what is to
// stay, and a number of milliseconds that is too large becomes any other.
func checkTime(t time.Time) error {
	const end = 253_402_300_800 // the year 10000
	if s := t.Unix(); !t.IsZero() && (s < 0 || s >= end) {
		return invalid("a time is from 1970 to 9999")
	}
	return nil
}

// change does what only some back ends can: B is the method it takes.
func change[B any](ctx context.Context, c *Client, name string, do func(clean string, b B) error) error {
	b, ok := c.backend.(B)
	if !ok {
		return errors.ErrUnsupported
	}
	clean, err := c.cleanAny(ctx, name)
	if err != nil {
		return err
	}
	return do(clean, b)
}

// changeFile is change for what directories cannot have.
func changeFile[B any](ctx context.Context, c *Client, name string, do func(clean string, b B) error) error {
	if saysDir(name) {
		return errDirName()
	}
	return change(ctx, c, name, do)
}

func (w *webhdfs) chmod(ctx context.Context, name string, mode uint32) error {
	return w.tell(ctx, request{
		method: http.MethodPut, op: "SETPERMISSION", name: name, query: url.Values{"permission": {octal(mode)}},
	})
}

func (w *webhdfs) chown(ctx context.Context, name, owner, group string) error {
	query := url.Values{}
	for parameter, value := range map[string]string{"owner": owner, "group": group} {
		if value != "" {
			query.Set(parameter, value)
		}
	}
	return w.tell(ctx, request{method: http.MethodPut, op: "SETOWNER", name: name, query: query})
}

func (w *webhdfs) chtimes(ctx context.Context, name string, access, modification time.Time) error {
	query := url.Values{"accesstime": {timeText(access)}, "modificationtime": {timeText(modification)}}
	return w.tell(ctx, request{method: http.MethodPut, op: "SETTIMES", name: name, query: query})
}

// timeText is -1 for what is to stay.
func timeText(t time.Time) string {
	if t.IsZero() {
		return "-1"
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}

func (d *dfs) chmod(ctx context.Context, name string, mode uint32) error {
	return d.setAccess(ctx, name, http.Header{"X-Ms-Permissions": {octal4(mode)}})
}

func (d *dfs) chown(ctx context.Context, name, owner, group string) error {
	header := http.Header{}
	for field, value := range map[string]string{"X-Ms-Owner": owner, "X-Ms-Group": group} {
		if value != "" {
			header.Set(field, value)
		}
	}
	return d.setAccess(ctx, name, header)
}

func (d *dfs) setAccess(ctx context.Context, name string, header http.Header) error {
	err := d.tell(ctx, call{
		method: http.MethodPatch, name: name, query: url.Values{"action": {"setAccessControl"}}, header: header,
	})
	return err
}
