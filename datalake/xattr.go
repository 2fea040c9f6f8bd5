package datalake

import (
	"context"
	"io/fs"
	"slices"
	"strings"
)

// XAttr reads an extended attribute of a file or directory. Hadoop's names
// begin with a namespace, as in "user.origin"; on Gen2 they are those of
// properties; Gen1 has none: [errors.ErrUnsupported]. One that is not there is
// [fs.ErrNotExist].
func (c *Client) XAttr(ctx context.Context, name, attribute string) ([]byte, error) {
	var value []byte
	err := c.xattrs(ctx, name, attribute, func(clean string, b attributes) (err error) {
		value, err = b.xattr(ctx, clean, attribute)
		return err
	})
	return value, pathError("getxattr", name, err)
}

// XAttrs lists the names of the extended attributes of a file or directory, in
// order.
func (c *Client) XAttrs(ctx context.Context, name string) ([]string, error) {
	var names []string
	err := c.attributes(ctx, name, func(clean string, b attributes) (err error) {
		names, err = b.xattrNames(ctx, clean)
		slices.Sort(names)
		return err
	})
	return names, pathError("listxattr", name, err)
}

// SetXAttr sets an extended attribute, whether it is there or not.
func (c *Client) SetXAttr(ctx context.Context, name, attribute string, value []byte) error {
	return pathError("setxattr", name, c.xattrs(ctx, name, attribute, func(clean string, b attributes) error {
		return b.setXAttr(ctx, clean, attribute, value)
	}))
}

// RemoveXAttr removes an extended attribute. One that is not there is
// [fs.ErrNotExist].
func (c *Client) RemoveXAttr(ctx context.Context, name, attribute string) error {
	return pathError("removexattr", name, c.xattrs(ctx, name, attribute, func(clean string, b attributes) error {
		names, err := b.xattrNames(ctx, clean)
		switch {
		case err != nil:
			return err
		case !slices.Contains(names, attribute):
			return fs.ErrNotExist
		}
		return b.removeXAttr(ctx, clean, attribute)
	}))
}

type attributes interface {
	attributes() bool
	xattr(ctx context.Context, name, attribute string) ([]byte, error)
	xattrNames(ctx context.Context, name string) ([]string, error)
	setXAttr(ctx context.Context, name, attribute string, value []byte) error
	removeXAttr(ctx context.Context, name, attribute string) error
}

func (c *Client) attributes(ctx context.Context, name string, do func(clean string, b attributes) error) error {
	if _, err := c.clean(name); err != nil {
		return err
	}
	if b, ok := c.backend.(attributes); ok && !b.attributes() {
		return errUnsupported("extended attributes")
	}
	return change(ctx, c, name, do)
}

func (c *Client) xattrs(ctx context.Context, name, attribute string, do func(clean string, b attributes) error) error {
	if attribute == "" || strings.ContainsAny(attribute, ",=") || !isPrintable(attribute) {
		return invalid("an attribute's name is not empty and has no comma, equals sign or control character")
	}
	return c.attributes(ctx, name, do)
}
