package datalake_test

import (
	"bytes"
	"errors"
	"io"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

var errGone = errors.New("the disk is gone")

// disk is a source that can be read from anywhere, until it fails at an offset.
type disk struct {
	*bytes.Reader

	fails  int64       // where; 0: nowhere
	larger atomic.Bool // more than a transport's buffer was asked for
}

func (d *disk) ReadAt(p []byte, at int64) (int, error) {
	if len(p) > 64<<10 {
		d.larger.Store(true)
	}
	if d.fails > 0 && at+int64(len(p)) > d.fails {
		return 0, errGone
	}
	return d.Reader.ReadAt(p, at)
}

// Read is for what cannot read from anywhere.
func (d *disk) Read([]byte) (int, error) { return 0, errors.New("it is read in order") }

// WriteTo hides the embedded one.
func (d *disk) WriteTo(io.Writer) (int64, error) { return 0, errors.New("it is read in order") }

// What can be read from anywhere is sent from where it is, all of it and no more.
func TestUploadInPlace(t *testing.T) {
	t.Parallel()
	for _, profile := range []azuretest.Profile{azuretest.Gen1, azuretest.Gen2} {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			l := newLake(t, profile)
			data := content(9<<20 + 5)
			for _, start := range []int64{0, 3, 5 << 20} {
				source := &disk{Reader: bytes.NewReader(data)}
				_, err := source.Seek(start, io.SeekStart)
				require.NoError(t, err)
				require.NoError(t, l.Upload(t.Context(), "/f", source, nil))
				got, _ := l.data.ReadFile("/f")
				require.True(t, bytes.Equal(data[start:], got))
				require.False(t, source.larger.Load(), "it takes no memory")
			}
			require.NoError(t, l.Append(t.Context(), "/f", &disk{Reader: bytes.NewReader(data[:7])}))
			got, _ := l.data.ReadFile("/f")
			require.True(t, bytes.Equal(append(data[5<<20:], data[:7]...), got))
		})
	}
}

// A source that fails, or becomes shorter, is the caller's to mend: it is not read
// again, and nothing is left.
func TestUploadInPlaceFails(t *testing.T) {
	t.Parallel()
	for _, profile := range []azuretest.Profile{azuretest.Gen1, azuretest.Gen2} {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			l := newLake(t, profile)
			require.NoError(t, l.Upload(t.Context(), "/f", stream("old"), nil))
			source := &disk{Reader: bytes.NewReader(content(9 << 20)), fails: 6 << 20}
			require.ErrorIs(t, l.Upload(t.Context(), "/f", source, nil), errGone)
			shorter := &shrunk{bytes.NewReader(content(9 << 20)), 6 << 20}
			require.ErrorIs(t, l.Upload(t.Context(), "/f", shorter, nil), io.ErrUnexpectedEOF)
			got, _ := l.data.ReadFile("/f")
			require.Equal(t, "old", string(got))
			require.Equal(t, []string{"f"}, l.data.Names("/"))
		})
	}
}

// shrunk has fewer bytes than it says.
type shrunk struct {
	*bytes.Reader

	size int64
}

func (s *shrunk) ReadAt(p []byte, at int64) (int, error) {
	return io.NewSectionReader(s.Reader, 0, s.size).ReadAt(p, at)
}
