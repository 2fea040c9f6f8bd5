package datalake

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

func (d *dfs) attributes() bool { return true }

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

func (d *dfs) changeProperties(ctx context.Context, name string, change func(map[string][]byte)) error {
	return onceMore(func() error { return d.tryProperties(ctx, name, change) })
}

// onceMore is for what may be done twice, from what is there then: that it has
// changed may be the work of a request whose answer was lost.
func onceMore(try func() error) error {
	err := try()
	if errors.Is(err, ErrChanged) {
		err = try()
	}
	return err
}

// tryProperties replaces all of them, which must not change meanwhile.
func (d *dfs) tryProperties(ctx context.Context, name string, change func(map[string][]byte)) error {
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
