package lakes

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/keyless-go/azure/bench/internal/transfer"
	"github.com/keyless-go/azure/datalake"
)

const readBuffer = 64 << 10

// Contender is a way to move a file.
type Contender struct {
	Name string
	// Upload writes all that a reader gives.
	Upload func(ctx context.Context, r *io.SectionReader) error
	// Write is for size bytes, which can be read once.
	Write func(ctx context.Context, size int64) (io.WriteCloser, error)
	// Stream reads the file from its beginning to its end.
	Stream func(ctx context.Context) (io.ReadCloser, error)
	// Save writes the file to w. This library does so in four ranges at a time.
	Save func(ctx context.Context, w io.WriterAt) error
}

// Contenders returns net/http, the measure of the other, first.
func (l *Lake) Contenders() ([]Contender, error) {
	ours, err := l.keyless()
	return []Contender{newByHand(l), ours}, err
}

// keyless is this library's client.
func (l *Lake) keyless() (Contender, error) {
	options := &datalake.ClientOptions{HTTPClient: l.http}
	if l.cred == nil {
		options.User = user
	}
	client, err := datalake.NewClient(l.url, l.cred, options)
	if err != nil {
		return Contender{}, err
	}
	return Contender{
		Name:   "this library",
		Upload: func(ctx context.Context, r *io.SectionReader) error { return client.Upload(ctx, file, r, nil) },
		Write:  func(ctx context.Context, _ int64) (io.WriteCloser, error) { return client.Create(ctx, file) },
		Stream: func(ctx context.Context) (io.ReadCloser, error) { return client.Open(ctx, file) },
		Save:   func(ctx context.Context, w io.WriterAt) error { return client.Download(ctx, file, w, nil) },
	}, nil
}

// Operation is a way to make use of a contender.
type Operation struct {
	Name string
	// Target is how many times the time of net/http this library may take.
	Target string
	// Up says that it makes the file. All others read it.
	Up bool
	// Run moves the file, which has size bytes.
	Run func(ctx context.Context, c Contender, size int64) error
}

// Operations returns them in the order of the table.
func Operations() []Operation {
	return []Operation{
		{"upload", "1.15", true, upload},
		{"upload by a writer", "1.15", true, write},
		{"download as a stream", "1.15", false, stream},
		{"download to a file, 4 ranges beside one", "1.00", false, save},
	}
}

func upload(ctx context.Context, c Contender, size int64) error {
	return c.Upload(ctx, io.NewSectionReader(transfer.Zeros{}, 0, size))
}

func write(ctx context.Context, c Contender, size int64) error {
	w, err := c.Write(ctx, size)
	if err != nil {
		return err
	}
	once := transfer.OnlyReader{Reader: io.LimitReader(transfer.Zeros{}, size)}
	_, err = io.CopyBuffer(transfer.OnlyWriter{Writer: w}, once, make([]byte, readBuffer))
	if err != nil {
		_ = w.Close()
		return err
	}
	return w.Close()
}

func stream(ctx context.Context, c Contender, size int64) error {
	body, err := c.Stream(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	n, err := io.CopyBuffer(transfer.Sink{}, transfer.OnlyReader{Reader: body}, make([]byte, readBuffer))
	if err == nil && n != size {
		err = fmt.Errorf("%d of %d bytes have come", n, size)
	}
	return err
}

func save(ctx context.Context, c Contender, size int64) error {
	f, err := os.CreateTemp("", "bench-lake-")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	defer func() { _ = f.Close() }()
	if err := c.Save(ctx, f); err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && info.Size() != size {
		err = fmt.Errorf("%d of %d bytes have come", info.Size(), size)
	}
	return err
}
