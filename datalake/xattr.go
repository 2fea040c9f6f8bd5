package datalake

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// XAttr reads an extended attribute of a file or directory. Hadoop's names
// begin with a namespace, as in "user.origin"; on Gen2 they are those of
// properties. One that is not there is [fs.ErrNotExist].
func (c *Client) XAttr(ctx context.Context, name, attribute string) ([]byte, error) {
	var value []byte
	err := c.xattrs(name, attribute, func(clean string, b attributes) (err error) {
		value, err = b.xattr(ctx, clean, attribute)
		return err
	})
	return value, pathError("getxattr", name, err)
}

// XAttrs lists the names of the extended attributes of a file or directory, in
// order.
func (c *Client) XAttrs(ctx context.Context, name string) ([]string, error) {
	var names []string
	err := change(c, name, func(clean string, b attributes) (err error) {
		names, err = b.xattrNames(ctx, clean)
		slices.Sort(names)
		return err
	})
	return names, pathError("listxattr", name, err)
}

// SetXAttr sets an extended attribute, whether it is there or not.
func (c *Client) SetXAttr(ctx context.Context, name, attribute string, value []byte) error {
	return pathError("setxattr", name, c.xattrs(name, attribute, func(clean string, b attributes) error {
		return b.setXAttr(ctx, clean, attribute, value)
	}))
}

// RemoveXAttr removes an extended attribute. One that is not there is
// [fs.ErrNotExist].
func (c *Client) RemoveXAttr(ctx context.Context, name, attribute string) error {
	return pathError("removexattr", name, c.xattrs(name, attribute, func(clean string, b attributes) error {
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
	xattr(ctx context.Context, name, attribute string) ([]byte, error)
	xattrNames(ctx context.Context, name string) ([]string, error)
	setXAttr(ctx context.Context, name, attribute string, value []byte) error
	removeXAttr(ctx context.Context, name, attribute string) error
}

func (c *Client) xattrs(name, attribute string, do func(clean string, b attributes) error) error {
	return change(c, name, func(clean string, b attributes) error {
		if attribute == "" || strings.ContainsAny(attribute, "\x00,=\r\n") {
			return invalid("an attribute's name is not empty and has no comma, equals sign or line break")
		}
		return do(clean, b)
	})
}

// xattr asks for hexadecimal, which no value breaks.
func (w *webhdfs) xattr(ctx context.Context, name, attribute string) ([]byte, error) {
	wire, err := ask[struct {
		XAttrs []struct{ Name, Value string }
	}](ctx, w, request{
		method: http.MethodGet, op: "GETXATTRS", name: name,
		query: url.Values{"xattr.name": {attribute}, "encoding": {"hex"}},
	})
	if err != nil {
		return nil, w.missing(ctx, name, attribute, err)
	}
	for _, attr := range wire.XAttrs {
		if strings.EqualFold(attr.Name, attribute) {
			return parseXAttr(attr.Value)
		}
	}
	return nil, fs.ErrNotExist
}

// missing finds out whether an error says that there is no such attribute.
// HttpFS hides which exception it was.
func (w *webhdfs) missing(ctx context.Context, name, attribute string, err error) error {
	if exception(err) == "XAttrNotFoundException" {
		return fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	if exception(err) == "RemoteException" || exception(err) == "IOException" {
		if names, e := w.xattrNames(ctx, name); e == nil && !slices.Contains(names, attribute) {
			return fmt.Errorf("%w: %w", fs.ErrNotExist, err)
		}
	}
	return err
}

// parseXAttr reads 0x and hexadecimal, 0s and base64, or text in quotes.
func parseXAttr(text string) ([]byte, error) {
	var value []byte
	var err error
	switch {
	case strings.HasPrefix(text, "0x") || strings.HasPrefix(text, "0X"):
		value, err = hex.DecodeString(text[2:])
	case strings.HasPrefix(text, "0s") || strings.HasPrefix(text, "0S"):
		value, err = base64.StdEncoding.DecodeString(text[2:])
	case len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"':
		value = []byte(text[1 : len(text)-1])
	default:
		value = []byte(text)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: an attribute's value is malformed", ErrUnexpectedResponse)
	}
	return value, nil
}

// xattrNames come as JSON in a string of JSON.
func (w *webhdfs) xattrNames(ctx context.Context, name string) ([]string, error) {
	wire, err := ask[struct{ XAttrNames string }](ctx, w, request{method: http.MethodGet, op: "LISTXATTRS", name: name})
	if err != nil {
		return nil, err
	}
	var names []string
	if err := json.Unmarshal([]byte(wire.XAttrNames), &names); err != nil {
		return nil, fmt.Errorf("%w: it holds no names of attributes", ErrUnexpectedResponse)
	}
	return names, nil
}

func (w *webhdfs) setXAttr(ctx context.Context, name, attribute string, value []byte) error {
	return w.tell(ctx, request{
		method: http.MethodPut, op: "SETXATTR", name: name,
		query: url.Values{"xattr.name": {attribute}, "xattr.value": {"0x" + hex.EncodeToString(value)}, "flag": {"CREATE,REPLACE"}},
	})
}

func (w *webhdfs) removeXAttr(ctx context.Context, name, attribute string) error {
	return w.tell(ctx, request{
		method: http.MethodPut, op: "REMOVEXATTR", name: name, query: url.Values{"xattr.name": {attribute}},
	})
}

func (d *dfs) properties(ctx context.Context, name string) (properties map[string][]byte, etag string, err error) {
	header, err := d.ask(ctx, call{method: http.MethodHead, name: name})
	if err != nil {
		return nil, "", err
	}
	properties, err = parseProperties(header.Get("X-Ms-Properties"))
	return properties, header.Get("ETag"), err
}

// parseProperties reads name=base64, joined by commas.
func parseProperties(text string) (map[string][]byte, error) {
	properties := map[string][]byte{}
	if text == "" {
		return properties, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		name, encoded, ok := strings.Cut(strings.TrimSpace(part), "=")
		value, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || name == "" || err != nil {
			return nil, fmt.Errorf("%w: a property is not name=base64", ErrUnexpectedResponse)
		}
		properties[name] = value
	}
	return properties, nil
}

func (d *dfs) xattr(ctx context.Context, name, attribute string) ([]byte, error) {
	properties, _, err := d.properties(ctx, name)
	if err != nil {
		return nil, err
	}
	value, ok := properties[attribute]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return value, nil
}

func (d *dfs) xattrNames(ctx context.Context, name string) ([]string, error) {
	properties, _, err := d.properties(ctx, name)
	return slices.Collect(maps.Keys(properties)), err
}

func (d *dfs) setXAttr(ctx context.Context, name, attribute string, value []byte) error {
	return d.changeProperties(ctx, name, func(all map[string][]byte) { all[attribute] = value })
}

func (d *dfs) removeXAttr(ctx context.Context, name, attribute string) error {
	return d.changeProperties(ctx, name, func(all map[string][]byte) { delete(all, attribute) })
}

// changeProperties replaces all of them, which must not change meanwhile.
func (d *dfs) changeProperties(ctx context.Context, name string, change func(map[string][]byte)) error {
	all, etag, err := d.properties(ctx, name)
	if err != nil {
		return err
	}
	change(all)
	var texts []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		texts = append(texts, key+"="+base64.StdEncoding.EncodeToString(all[key]))
	}
	err = d.tell(ctx, call{
		method: http.MethodPatch, name: name, query: url.Values{"action": {"setProperties"}},
		header: http.Header{"X-Ms-Properties": {strings.Join(texts, ",")}, "If-Match": {etag}},
	})
	return err
}
