package blobs

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

const (
	container  = "bench"
	blob       = "large"
	readBuffer = 64 << 10
)

// Contender is a way to move a blob.
type Contender struct {
	Name string
	// Upload writes all of r, whose length only net/http is told.
	Upload func(ctx context.Context, r io.Reader, size int64) error
	// Stream reads the blob from its beginning to its end.
	Stream func(ctx context.Context) (io.ReadCloser, error)
	// File writes the blob to an empty file.
	File func(ctx context.Context, file *os.File) error
}

// Contenders returns net/http, the measure of the others, first. All send to the
// service at url, with the HTTP client and the settings they have by default.
func Contenders(url string) ([]Contender, error) {
	ours, err := keyless(url)
	if err != nil {
		return nil, err
	}
	theirs, err := official(url)
	if err != nil {
		return nil, err
	}
	return []Contender{byHand(url), ours, theirs}, nil
}

// Operation is a way to make use of a contender.
type Operation struct {
	Name string
	// Target is how many times the time of net/http this library may take.
	Target string
	Run    func(ctx context.Context, c Contender, size int64) error
}

// Operations returns them in the order of the table.
func Operations() []Operation {
	return []Operation{
		{"upload", "1.15", upload},
		{"download, read as a stream", "1.05", stream},
		{"download into a file", "1.05", file},
	}
}

func upload(ctx context.Context, c Contender, size int64) error {
	return c.Upload(ctx, io.LimitReader(zeros{}, size), size)
}

func stream(ctx context.Context, c Contender, size int64) error {
	body, err := c.Stream(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	n, err := io.CopyBuffer(sink{}, onlyReader{body}, make([]byte, readBuffer))
	return complete(n, size, err)
}

func file(ctx context.Context, c Contender, size int64) error {
	f, err := os.CreateTemp("", "bench-blob-")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	defer func() { _ = f.Close() }()
	if err := c.File(ctx, f); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return complete(info.Size(), size, nil)
}

func complete(n, size int64, err error) error {
	if err == nil && n != size {
		err = fmt.Errorf("%d of %d bytes have come", n, size)
	}
	return err
}

// zeros is a content without an end, and without a cost.
type zeros struct{}

// Read fills p.
func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// onlyReader hides how else its reader can be read: all are read alike.
type onlyReader struct{ io.Reader }

// holder always has a token.
type holder struct{}

// GetToken returns it.
func (holder) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "e30.e30.c2lnbmF0dXJl", ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
}
