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

	"github.com/keyless-go/azure/internal/azrest"
)

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
	call := w.call(request{method: http.MethodGet, op: "LISTSTATUS", name: name, query: query})
	call.Limit = maxPage
	wire, err := azrest.Do[struct{ FileStatuses *statusesWire }](ctx, w.home, call)
	if err != nil {
		return page{}, fault(w.origin.Host, err)
	}
	entries, err := wire.FileStatuses.entries()
	if err != nil {
		return page{}, err
	}
	if token := wire.FileStatuses.ContinuationToken; token != nil {
		return page{entries, *token}, nil
	}
	if len(entries) == 0 {
		return page{}, nil
	}
	return page{entries, entries[len(entries)-1].name}, nil
}

type batchWire struct {
	DirectoryListing *struct {
		PartialListing struct{ FileStatuses *statusesWire } `json:"partialListing"`
		Remaining      int64                                `json:"remainingEntries"`
	}
}

// batches lists with LISTSTATUS_BATCH, unless the server does not know it yet,
// or knows it by name only: HttpFS has one page for all.
func (w *webhdfs) batches(ctx context.Context, name string) iter.Seq2[*fileInfo, error] {
	return func(yield func(*fileInfo, error) bool) {
		first := true
		for entry, err := range pages(ctx, w.retry, func(after string) (page, error) { return w.batch(ctx, name, after) }) {
			if first && (isUnknownOperation(err) || errors.Is(err, azrest.ErrTooLarge)) {
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
	switch {
	case err != nil || wire.DirectoryListing.Remaining <= 0:
		return page{entries: entries}, err
	case len(entries) == 0:
		return page{}, fmt.Errorf("%w: the directory has more, but the server does not say what", ErrUnexpectedResponse)
	default:
		return page{entries, entries[len(entries)-1].name}, nil
	}
}
