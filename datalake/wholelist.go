package datalake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"syscall"
)

// maxEntry bounds what one entry of a list may take.
const maxEntry = 1 << 20

var errNoList = fmt.Errorf("%w: it is no list of files", ErrUnexpectedResponse)

// wholeList is for a server that gives a directory in one answer only. It is
// read as it comes.
func (w *webhdfs) wholeList(ctx context.Context, name string) iter.Seq2[*fileInfo, error] {
	return func(yield func(*fileInfo, error) bool) {
		call := w.call(request{method: http.MethodGet, op: "LISTSTATUS", name: name})
		call.Stream = true
		resp, err := w.home.Send(ctx, call)
		if err != nil {
			yield(nil, fault(w.origin.Host, err))
			return
		}
		defer func() { _ = resp.Body.Close() }()
		for entry, err := range decodeList(resp.Body) {
			if !yield(entry, err) || err != nil {
				return
			}
		}
	}
}

// decodeList reads {"FileStatuses":{"FileStatus":[ … ]}}. The server cannot say
// that it has failed halfway: then the JSON just ends.
func decodeList(r io.Reader) iter.Seq2[*fileInfo, error] {
	return func(yield func(*fileInfo, error) bool) {
		budget := &budgetReader{r: r, left: maxEntry}
		decoder := json.NewDecoder(budget)
		if err := seekList(decoder); err != nil {
			yield(nil, listError(err))
			return
		}
		for decoder.More() {
			budget.left = maxEntry
			var wire statusWire
			if err := decoder.Decode(&wire); err != nil {
				yield(nil, listError(err))
				return
			}
			entry, err := wire.listed()
			if !yield(entry, err) || err != nil {
				return
			}
		}
		if err := expect(decoder, json.Delim(']'), json.Delim('}'), json.Delim('}')); err != nil {
			yield(nil, listError(err))
		}
	}
}

func (w *statusWire) listed() (*fileInfo, error) {
	if w.PathSuffix == "" {
		return nil, syscall.ENOTDIR // it is the file itself
	}
	return w.entry()
}

func seekList(decoder *json.Decoder) error {
	return expect(decoder, json.Delim('{'), "FileStatuses", json.Delim('{'), "FileStatus", json.Delim('['))
}

func expect(decoder *json.Decoder, tokens ...json.Token) error {
	for _, want := range tokens {
		got, err := decoder.Token()
		if err != nil {
			return err
		}
		if got != want {
			return errNoList
		}
	}
	return nil
}

// listError tells a cut list from one that is none.
func listError(err error) error {
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: the list was cut", io.ErrUnexpectedEOF)
	case errors.Is(err, ErrUnexpectedResponse):
		return err
	}
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return errNoList
	}
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return errNoList
	}
	return err
}

// budgetReader ends an entry that is too large.
type budgetReader struct {
	r    io.Reader
	left int
}

func (b *budgetReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("%w: an entry of the list is too large", ErrUnexpectedResponse)
	}
	n, err := b.r.Read(p[:min(len(p), 64<<10)])
	b.left -= n
	return n, err
}
