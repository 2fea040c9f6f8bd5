package datalake

import (
	"context"
	"io"
	"iter"
)

// backend is what every kind of server can do. Names are clean, each method is
// one try, and errors name neither the operation nor the file.
//
// What only some can do is in interfaces of one method, beside its operation.
type backend interface {
	// check refuses a name that the server could not hold.
	check(name string) error
	stat(ctx context.Context, name string) (FileStatus, error)
	list(ctx context.Context, name string) iter.Seq2[*fileInfo, error]
	// read opens length bytes from offset on, at least one. The status is that of
	// the file that is meant.
	read(ctx context.Context, name string, of *FileStatus, offset, length int64) (io.ReadCloser, error)
	// put writes a file that nobody else knows, and answers its length.
	put(ctx context.Context, name string, r io.Reader, o putOptions) (int64, error)
	// grows says whether put can go on where an earlier one has stopped.
	grows() bool
	// chunkSize is what becomes of a wish for one, 0 for none.
	chunkSize(wish int) int
	// verifies says whether the server can compare what it is sent.
	verifies() bool
	// append adds to a file of the status, from where it ends.
	append(ctx context.Context, name string, s *source, before FileStatus) error
	// mkdir makes a directory, and its parents. It may exist.
	mkdir(ctx context.Context, name string, mode uint32) error
	// rename replaces a file, atomically where the server can, but no directory.
	rename(ctx context.Context, from, to string) error
	remove(ctx context.Context, name string, all bool) error
}
