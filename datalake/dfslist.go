package datalake

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// pathWire is one entry of a list. Numbers and booleans come as strings, from
// some implementations bare.
// https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/list
type pathWire struct {
	Name          string    `json:"name"`
	IsDirectory   looseText `json:"isDirectory"`
	ContentLength looseText `json:"contentLength"`
	LastModified  string    `json:"lastModified"`
	CreationTime  looseText `json:"creationTime"`
	ExpiryTime    looseText `json:"expiryTime"`
	ETag          string    `json:"etag"`
	Owner         string    `json:"owner"`
	Group         string    `json:"group"`
	Permissions   string    `json:"permissions"`
}

// looseText is a string, number or boolean as text.
type looseText string

// UnmarshalJSON takes off the quotes.
func (t *looseText) UnmarshalJSON(raw []byte) error {
	if bytes.HasPrefix(raw, []byte(`"`)) {
		var text string
		err := json.Unmarshal(raw, &text)
		*t = looseText(text)
		return err
	}
	if text := string(raw); text != "null" {
		*t = looseText(text)
	}
	return nil
}

func (w *pathWire) status() (FileStatus, error) {
	mode, acl, err := parseModeText(w.Permissions)
	if err != nil {
		return FileStatus{}, err
	}
	if strings.EqualFold(string(w.IsDirectory), "true") {
		mode |= fs.ModeDir
	}
	size, err := strconv.ParseInt(string(w.ContentLength), 10, 64)
	if err != nil && w.ContentLength != "" || size < 0 {
		return FileStatus{}, fmt.Errorf("%w: a file's length is no number", ErrUnexpectedResponse)
	}
	return FileStatus{
		Size: size, Mode: mode, HasACL: acl, Owner: w.Owner, Group: w.Group, ETag: quoted(w.ETag),
		ModTime: httpTime(w.LastModified), Created: fileTime(string(w.CreationTime)), Expires: fileTime(string(w.ExpiryTime)),
	}, nil
}

// quoted is an ETag as headers have it.
func quoted(etag string) string {
	if etag == "" || strings.HasPrefix(etag, `"`) || strings.HasPrefix(etag, "W/") {
		return etag
	}
	return `"` + etag + `"`
}

// fileTime reads Windows's count of 100 ns since 1601. Zero is never.
func fileTime(text string) time.Time {
	const epoch = 116_444_736_000_000_000 // 1970
	ticks, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ticks <= 0 {
		return time.Time{}
	}
	return time.Unix((ticks-epoch)/1e7, (ticks-epoch)%1e7*100).UTC()
}

// walk lists what is in a directory, or below it, by names from the file
// system's root.
func (d *dfs) walk(ctx context.Context, name string, recursive bool, each func(*pathWire) (*fileInfo, error)) iter.Seq2[*fileInfo, error] {
	return pages(ctx, d.retry, func(after string) (page, error) {
		query := url.Values{
			"resource": {"filesystem"}, "recursive": {strconv.FormatBool(recursive)}, "maxResults": {"5000"},
		}
		if name != "/" {
			query.Set("directory", name[1:])
		}
		if after != "" {
			query.Set("continuation", after)
		}
		resp, err := d.open(ctx, call{method: http.MethodGet, query: query, limit: maxPage})
		if err != nil {
			return page{}, err
		}
		defer func() { _ = resp.Body.Close() }()
		entries, err := decodePaths(resp, each)
		return page{entries, resp.Header.Get("X-Ms-Continuation")}, err
	})
}

func decodePaths(resp *http.Response, each func(*pathWire) (*fileInfo, error)) ([]*fileInfo, error) {
	body, err := runtime.Payload(resp)
	if err != nil {
		return nil, err
	}
	var wire struct{ Paths []pathWire }
	if err := json.Unmarshal(body, &wire); err != nil || wire.Paths == nil {
		return nil, fmt.Errorf("%w: it is no list of files", ErrUnexpectedResponse)
	}
	entries := make([]*fileInfo, 0, len(wire.Paths))
	for i := range wire.Paths {
		entry, err := each(&wire.Paths[i])
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// list may be asked about a file: that has nothing in it.
func (d *dfs) list(ctx context.Context, name string) iter.Seq2[*fileInfo, error] {
	return func(yield func(*fileInfo, error) bool) {
		empty := true
		for entry, err := range d.walk(ctx, name, false, func(wire *pathWire) (*fileInfo, error) { return wire.entry(name) }) {
			empty = false
			if !yield(entry, err) || err != nil {
				return
			}
		}
		if !empty || name == "/" {
			return
		}
		if status, err := d.stat(ctx, name); err != nil {
			yield(nil, err)
		} else if !status.Mode.IsDir() {
			yield(nil, syscall.ENOTDIR)
		}
	}
}

// entry is one of a directory. A name that leads elsewhere is none.
func (w *pathWire) entry(dir string) (*fileInfo, error) {
	part, below := strings.CutPrefix("/"+strings.TrimPrefix(w.Name, "/"), strings.TrimSuffix(dir, "/")+"/")
	if !below || strings.Contains(part, "/") || checkPart(part) != nil {
		return nil, fmt.Errorf("%w: a directory has an entry whose name is none", ErrUnexpectedResponse)
	}
	status, err := w.status()
	return newInfo(part, status), err
}
