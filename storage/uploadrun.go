package storage

import (
	"context"
	"crypto/md5" //nolint:gosec // the service's checksum, not a signature
	"encoding/base64"
	"errors"

	"github.com/keyless-go/azure/internal/azrest"
)

// upload is one Upload.
type upload struct {
	client    *ContainerClient
	call      azrest.Call // what its requests have in common
	options   UploadOptions
	maxBlocks int
	source    source
	progress  progress
	doubt     bool // the blob may have been made
}

func (u *upload) run(ctx context.Context) error {
	first, err := u.source.next(ctx)
	whole := false
	if err == nil {
		whole, err = u.source.atEnd(ctx)
	}
	switch {
	case err != nil:
		return u.failed(err)
	case whole:
		return u.single(ctx, first)
	default:
		return u.blocks(ctx, first)
	}
}

// single sends the content in one request.
func (u *upload) single(ctx context.Context, content block) error {
	call := u.call
	u.options.headers(&call)
	call.Header.Set("X-Ms-Blob-Type", "BlockBlob")
	if u.options.Checksum {
		call.Header.Set("Content-Md5", checksum(content.data))
	}
	call.Body, call.Doubt = content.Content, &u.doubt
	if _, err := u.client.rest.Send(ctx, call); err != nil { //nolint:bodyclose // the pipeline has read and closed it
		return u.failed(err)
	}
	u.progress.add(content.Size())
	return nil
}

// failed says of an error what has become of the content.
func (u *upload) failed(err error) error {
	if own, ok := errors.AsType[*azrest.SourceError](err); ok {
		err = own
	}
	state := "nothing is committed"
	if u.doubt {
		state = "it is not known whether they are committed"
	}
	return u.client.note(u.call, err, "the service has confirmed %d bytes, %s", u.progress.sum(), state)
}

func checksum(content []byte) string {
	sum := md5.Sum(content) //nolint:gosec // as above
	return base64.StdEncoding.EncodeToString(sum[:])
}
