package datalake

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

func (w *webhdfs) attributes() bool { return w.hdfs }

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
	if wire.XAttrs == nil {
		return nil, fmt.Errorf("%w: it holds no attributes", ErrUnexpectedResponse)
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
