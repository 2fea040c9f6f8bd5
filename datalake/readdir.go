package datalake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/http"
	"net/url"
	"syscall"
)

// ReadDir lists a directory, page by page as the loop gets there: memory does
// not grow with the directory. The entries are in the server's order, which is
// that of the names' bytes on Hadoop; their Info needs no further request. The
// list ends after the first error. Entries that are made or removed meanwhile
// may be missing or there.
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
				yield(nil, err)
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

func (w *webhdfs) list(ctx context.Context, name string) iter.Seq2[*fileInfo, error] {
	switch {
	case w.pageSize != "":
		return pages(ctx, w.retry, func(after string) (page, error) { return w.sizedPage(ctx, name, after) })
	case w.noBatch.Load():
		return w.wholeList(ctx, name)
	default:
		return w.batches(ctx, name)
	}
}

type statusesWire struct {
	FileStatus        []statusWire
	ContinuationToken *string `json:"continuationToken"`
}

func (s *statusesWire) entries() ([]*fileInfo, error) {
	if s == nil {
		return nil, fmt.Errorf("%w: it holds no directory", ErrUnexpectedResponse)
	}
	entries := make([]*fileInfo, 0, len(s.FileStatus))
	for i := range s.FileStatus {
		wire := &s.FileStatus[i]
		if wire.PathSuffix == "" {
			return nil, syscall.ENOTDIR // it is the file itself
		}
		entry, err := wire.entry()
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// sizedPage is Gen1's: newer versions of its API say themselves how to go on,
// older ones after the last name, until a page is empty.
func (w *webhdfs) sizedPage(ctx context.Context, name, after string) (page, error) {
	query := url.Values{"listSize": {w.pageSize}}
	if after != "" {
		query.Set("listAfter", after)
	}
	wire, err := ask[struct{ FileStatuses *statusesWire }](ctx, w, request{method: http.MethodGet, op: "LISTSTATUS", name: name, query: query})
	if err != nil {
		return page{}, err
	}
	entries, err := wire.FileStatuses.entries()
	if err != nil || len(entries) == 0 {
		return page{}, err
	}
	if token := wire.FileStatuses.ContinuationToken; token != nil {
		return page{entries, *token}, nil
	}
	return page{entries, entries[len(entries)-1].name}, nil
}

type batchWire struct {
	DirectoryListing *struct {
		PartialListing struct{ FileStatuses *statusesWire } `json:"partialListing"`
		Remaining      int64                                `json:"remainingEntries"`
	}
}

// batches lists with LISTSTATUS_BATCH, unless the server does not know it yet.
func (w *webhdfs) batches(ctx context.Context, name string) iter.Seq2[*fileInfo, error] {
	return func(yield func(*fileInfo, error) bool) {
		first := true
		for entry, err := range pages(ctx, w.retry, func(after string) (page, error) { return w.batch(ctx, name, after) }) {
			if first && isUnknownOperation(err) {
				w.withoutBatches(ctx, name)(yield)
				return
			}
			first = false
			if !yield(entry, err) {
				return
			}
		}
	}
}

// withoutBatches remembers that the server has none if it knows the directory.
func (w *webhdfs) withoutBatches(ctx context.Context, name string) iter.Seq2[*fileInfo, error] {
	return func(yield func(*fileInfo, error) bool) {
		for entry, err := range w.wholeList(ctx, name) {
			if err == nil {
				w.noBatch.Store(true)
			}
			if !yield(entry, err) {
				return
			}
		}
	}
}

func isUnknownOperation(err error) bool {
	e, ok := asRemote(err)
	return ok && e.Status == http.StatusBadRequest && (errors.Is(err, fs.ErrInvalid) || errors.Is(err, errors.ErrUnsupported))
}

func (w *webhdfs) batch(ctx context.Context, name, after string) (page, error) {
	query := url.Values{}
	if after != "" {
		// Documented in one spelling, and read by Hadoop 3 in the other.
		query.Set("startAfter", after)
		query.Set("startafter", after)
	}
	wire, err := ask[batchWire](ctx, w, request{method: http.MethodGet, op: "LISTSTATUS_BATCH", name: name, query: query})
	if err != nil {
		return page{}, err
	}
	if wire.DirectoryListing == nil {
		return page{}, fmt.Errorf("%w: it holds no directory", ErrUnexpectedResponse)
	}
	entries, err := wire.DirectoryListing.PartialListing.FileStatuses.entries()
	next := page{entries: entries}
	if wire.DirectoryListing.Remaining > 0 && len(entries) > 0 {
		next.more = entries[len(entries)-1].name
	}
	return next, err
}
