// Package transfer is what the comparisons of large transfers have in common.
package transfer

import "io"

// Sink is a writer that leaves the size of the buffer to the copier.
type Sink struct{}

// Write does nothing.
func (Sink) Write(p []byte) (int, error) { return len(p), nil }

// Zeros never end.
type Zeros struct{}

// Read fills p.
func (Zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// ReadAt fills p.
func (z Zeros) ReadAt(p []byte, _ int64) (int, error) { return z.Read(p) }

// OnlyReader hides how else its reader can be read. Over TLS, as in Azure, the
// kernel cannot send a file by itself.
type OnlyReader struct{ io.Reader }

// OnlyWriter hides how else its writer can be written to.
type OnlyWriter struct{ io.Writer }
