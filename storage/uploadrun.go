package storage

import (
	"context"
	"crypto/md5" //nolint:gosec // the service's checksum, not a signature
	"encoding/base64"
	"errors"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/keyless-go/azure/internal/azrest"
)

// upload is one Upload.
type upload struct {
	client    *ContainerClient
	call      azrest.Call // what its requests have in common
	options   UploadOptions
	length    int64 // of the content, -1 if not known
	maxBlocks int
	source    source
	progress  progress
}

func (u *upload) run(ctx context.Context) error {
	size := u.options.BlockSize
	if u.length >= 0 {
		size = min(size, u.length)
	}
	block := make([]byte, size)
	n, err := u.source.fill(ctx, block)
	if err != nil {
		return u.failed(err, false)
	}
	switch whole, err := u.source.atEnd(ctx); {
	case err != nil:
		return u.failed(err, false)
	case whole:
		return u.single(ctx, block[:n])
	default:
		return u.blocks(ctx, block[:n])
	}
}

// single sends the content in one request.
func (u *upload) single(ctx context.Context, content []byte) error {
	call := u.call
	u.options.headers(&call)
	call.Header.Set("X-Ms-Blob-Type", "BlockBlob")
	if u.options.Checksum {
		call.Header.Set("Content-Md5", checksum(content))
	}
	call.Body = azrest.NewContent("application/octet-stream", content)
	if _, err := u.client.rest.Send(ctx, call); err != nil { //nolint:bodyclose // the pipeline has read and closed it
		return u.failed(err, true)
	}
	u.progress.add(len(content))
	return nil
}

// failed says of an error what has become of the content. Of a request that would
// have made the blob it is certain only if the service has refused it.
func (u *upload) failed(err error, final bool) error {
	state := "nothing is committed"
	refusal, answered := errors.AsType[*azcore.ResponseError](err)
	if final && (!answered || refusal.StatusCode >= http.StatusInternalServerError) {
		state = "it is not known whether they are committed"
	}
	return u.client.note(u.call, err, "the service has confirmed %d bytes, %s", u.progress.sum(), state)
}

func checksum(content []byte) string {
	sum := md5.Sum(content) //nolint:gosec // as above
	return base64.StdEncoding.EncodeToString(sum[:])
}
