package datalake

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/keyless-go/azure/internal/azrest"
)

// putOptions say how a new file is written. The zero value is good for one that
// cannot be read twice.
type putOptions struct {
	from        int64                   // what is there already, from an earlier put
	size        int64                   // of all of it; 0: unknown
	mode        *uint32                 // permissions; nil: the server's usual ones
	chunk       int                     // bytes of one request; 0: the back end's choice
	concurrency int                     // chunks on their way; 0: the back end's choice
	checksum    bool                    // let the server compare
	lease       string                  // of Gen1
	progress    func(total int64)       // may be nil
	safe        func(total int64) error // gets what will be there after a crash; nil: nobody asks
	every       int64                   // bytes between two calls of safe
}

func (o *putOptions) tell(total int64) {
	if o.progress != nil {
		o.progress(total)
	}
}

// blockSize is Hadoop's own default. It is asked for where a checksum depends
// on it.
const blockSize = 128 << 20

// put streams: Hadoop takes a file in one request.
func (w *webhdfs) put(ctx context.Context, name string, r io.Reader, o putOptions) (int64, error) {
	if w.chunk > 0 {
		return w.putChunks(ctx, name, r, o)
	}
	query := url.Values{"overwrite": {"true"}}
	if o.mode != nil {
		query.Set("permission", octal(*o.mode))
	}
	var sum *hdfsSum
	if o.checksum {
		query.Set("blocksize", strconv.Itoa(blockSize))
		sum = newHDFSSum(func(int) int64 { return blockSize })
		r = io.TeeReader(r, sum)
	}
	data := &payload{reader: attentive{ctx, r}, length: -1, progress: o.progress}
	if o.size > 0 {
		data.length = o.size
	}
	err := w.send(ctx, request{method: http.MethodPut, op: "CREATE", name: name, query: query, once: true}, data)
	if err == nil && sum != nil {
		err = w.compare(ctx, name, sum)
	}
	return data.read, err
}

// send is an exchange whose answer says nothing, and has no content.
func (w *webhdfs) send(ctx context.Context, r request, data *payload) error {
	resp, err := w.exchange(ctx, r, data)
	if err != nil {
		return data.why(err)
	}
	defer func() { _ = resp.Body.Close() }()
	defer runtime.Drain(resp) // then the connection can be used again
	if n, _ := resp.Body.Read(make([]byte, 1)); n > 0 && resp.StatusCode == http.StatusOK {
		return fmt.Errorf("%w: it is none to data", ErrUnexpectedResponse) // a page of somebody in between
	}
	return nil
}

func (w *webhdfs) compare(ctx context.Context, name string, sum *hdfsSum) error {
	server, err := w.checksumOf(ctx, name)
	if err != nil {
		return err
	}
	return sum.compare(server)
}

// putChunks is for Gen1, whose requests land whole or not at all.
func (w *webhdfs) putChunks(ctx context.Context, name string, r io.Reader, o putOptions) (int64, error) {
	if o.lease == "" {
		o.lease = newUUID()
	}
	o.chunk, o.concurrency = w.chunkSize(o.chunk), 1
	if o.from == 0 {
		if err := w.create(ctx, name, o, nil, "DATA"); err != nil {
			return 0, err
		}
	}
	sync := "DATA"
	if o.safe != nil {
		sync = "METADATA" // the length is seen at once
	}
	size, err := pump(ctx, r, o, func(ctx context.Context, offset int64, chunk *azrest.Content) error {
		return w.appendAt(ctx, name, o.lease, offset, chunk, sync)
	})
	if err != nil {
		return 0, err
	}
	return size, w.appendAt(ctx, name, o.lease, size, azrest.NewContent(octets, nil), "CLOSE")
}

// create makes a file with what it begins with, in the two steps of the
// documentation.
// https://learn.microsoft.com/rest/api/datalakestore/webhdfs-filesystem-apis
func (w *webhdfs) create(ctx context.Context, name string, o putOptions, begin []byte, sync string) error {
	query := url.Values{}
	if o.lease != "" {
		query = leased(o.lease, sync)
	}
	query.Set("overwrite", "true")
	if o.mode != nil {
		query.Set("permission", octal(*o.mode))
	}
	for tries := 1; ; tries++ {
		data := &payload{reader: bytes.NewReader(begin), length: int64(len(begin))}
		err := w.send(ctx, request{method: http.MethodPut, op: "CREATE", name: name, query: query, once: true}, data)
		if err == nil || !w.retry.again(ctx, tries, err) {
			return gaveUp(ctx, err)
		}
	}
}

func leased(lease, sync string) url.Values {
	return url.Values{"leaseid": {lease}, "filesessionid": {lease}, "syncFlag": {sync}}
}

func (w *webhdfs) grows() bool    { return w.offsets }
func (w *webhdfs) verifies() bool { return w.hdfs }

func (w *webhdfs) chunkSize(wish int) int {
	if wish == 0 || wish > w.chunk {
		return w.chunk
	}
	return wish
}

// whole is the size up to which Gen1 takes a file at once, under its own name.
func (w *webhdfs) whole() int { return w.chunk }

func (w *webhdfs) putWhole(ctx context.Context, name string, data []byte, mode *uint32) error {
	return w.create(ctx, name, putOptions{mode: mode}, data, "CLOSE")
}
