package blobs

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/keyless-go/azure/bench/internal/transfer"
)

const (
	container  = "bench"
	blob       = "large"
	readBuffer = 64 << 10
)

// Contender is a way to move a blob.
type Contender struct {
	Name string
	// Upload reads all of a file.
	Upload func(ctx context.Context, file *os.File) error
	// Stream reads the blob from its beginning to its end.
	Stream func(ctx context.Context) (io.ReadCloser, error)
	// Save writes the blob to an empty file.
	Save func(ctx context.Context, file *os.File) error
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
	// Run moves the blob, which is as large as the file of that name.
	Run func(ctx context.Context, c Contender, content string) error
}

// Operations returns them in the order of the table.
func Operations() []Operation {
	return []Operation{
		{"upload of a file", "1.15", upload},
		{"download as a stream", "1.05", stream},
		{"download to a file", "1.05", save},
	}
}

func upload(ctx context.Context, c Contender, content string) error {
	f, err := os.Open(content) //nolint:gosec // the file of this program's own
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return c.Upload(ctx, f)
}

func stream(ctx context.Context, c Contender, content string) error {
	body, err := c.Stream(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	n, err := io.CopyBuffer(transfer.Sink{}, transfer.OnlyReader{Reader: body}, make([]byte, readBuffer))
	if err != nil {
		return err
	}
	return complete(n, content)
}

func save(ctx context.Context, c Contender, content string) error {
	f, err := os.CreateTemp("", "bench-blob-")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	defer func() { _ = f.Close() }()
	if err := c.Save(ctx, f); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return complete(info.Size(), content)
}

func complete(n int64, content string) error {
	info, err := os.Stat(content)
	if err == nil && n != info.Size() {
		err = fmt.Errorf("%d of %d bytes have come", n, info.Size())
	}
	return err
}

// NewContent makes a file of zeros and reads it once, so that it is in memory.
func NewContent(name string, size int64) error {
	f, err := os.Create(name) //nolint:gosec // as above
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := f.Truncate(size); err != nil {
		return err
	}
	_, err = io.CopyBuffer(transfer.Sink{}, transfer.OnlyReader{Reader: f}, make([]byte, readBuffer))
	return err
}

// holder always has a token.
type holder struct{}

// GetToken returns it.
func (holder) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "e30.e30.c2lnbmF0dXJl", ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
}
