package datalake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
)

// ReadDir lists a directory, page by page as the loop gets there: memory does
// not grow with the directory. The entries are in the server's order; their Info
// needs no further request. The list ends after the first error. Entries that are
// made or removed meanwhile may be missing or there.
func (c *Client) ReadDir(ctx context.Context, name string) iter.Seq2[fs.DirEntry, error] {
	return func(yield func(fs.DirEntry, error) bool) {
		dir, err := c.clean(name)
		if err != nil {
			yield(nil, pathError("readdir", name, err))
			return
		}
		for info, err := range c.backend.list(ctx, dir) {
			if err != nil {
				yield(nil, pathError("readdir", name, err))
				return
			}
			if !yield(info, nil) {
				return
			}
		}
	}
}

// page is a part of a directory. More starts the next one, "" after the last.
type page struct {
	entries []*fileInfo
	more    string
}

// maxPage bounds the JSON of a page: a few thousand entries with long names.
const maxPage = 32 << 20

var errSamePage = fmt.Errorf("%w: the next page is this page again", ErrUnexpectedResponse)

// pages goes from page to page. A page that was cut is asked for again.
func pages(ctx context.Context, retry patience, get func(after string) (page, error)) iter.Seq2[*fileInfo, error] {
	return func(yield func(*fileInfo, error) bool) {
		for after, tries := "", 1; ; tries++ {
			next, err := get(after)
			if err != nil {
				if errors.Is(err, ErrUnexpectedResponse) && retry.again(ctx, tries, err) {
					continue
				}
				yield(nil, gaveUp(ctx, err))
				return
			}
			for _, entry := range next.entries {
				if !yield(entry, nil) {
					return
				}
			}
			if next.more != "" && next.more == after {
				yield(nil, errSamePage)
				return
			}
			if next.more == "" {
				return
			}
			after, tries = next.more, 0
		}
	}
}
