package datalake_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

// What no number can be is refused before any request.
func TestNegativeNumbers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		for _, n := range []int64{-1, math.MinInt64} {
			for _, o := range []datalake.UploadOptions{
				{ChunkSize: n},
				{Concurrency: int(n)},
				{Resume: datalake.Checkpoint{Name: "/f", Offset: n}},
				{Resume: datalake.Checkpoint{Name: "/f", Unit: n}},
			} {
				require.ErrorIs(t, l.Upload(t.Context(), "/f", stream("x"), &o), fs.ErrInvalid, "%+v", o)
			}
			for _, o := range []datalake.DownloadOptions{
				{ChunkSize: n},
				{Concurrency: int(n)},
				{Resume: datalake.Checkpoint{Name: "/f", Offset: n, Version: "1"}},
			} {
				require.ErrorIs(t, l.Download(t.Context(), "/f", &memory{}, &o), fs.ErrInvalid, "%+v", o)
			}
		}
		require.Empty(t, l.server.Requests())
	})
}

// A number may be as large as it can.
func TestLargeNumbers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		data := content(500)
		for _, n := range []int64{math.MaxInt32, 1 << 62, math.MaxInt64} {
			for _, o := range []datalake.UploadOptions{
				{ChunkSize: n},
				{ChunkSize: n, Concurrency: 2, Checkpoint: func(datalake.Checkpoint) {}},
				{Concurrency: int(min(n, math.MaxInt)), ChunkSize: 100},
			} {
				for _, r := range []io.Reader{bytes.NewReader(data), stream(string(data))} {
					require.NoError(t, l.Upload(t.Context(), "/f", r, &o), "%+v", o)
					got, _ := l.data.ReadFile("/f")
					require.Equal(t, data, got)
				}
			}
			for _, o := range []datalake.DownloadOptions{{ChunkSize: n}, {Concurrency: int(min(n, math.MaxInt)), ChunkSize: 100}} {
				into := &memory{data: make([]byte, len(data))}
				require.NoError(t, l.Download(t.Context(), "/f", into, &o), "%+v", o)
				require.Equal(t, data, into.data)
			}
		}
	})
}

// No checkpoint has such numbers.
func TestLargeCheckpoints(t *testing.T) {
	t.Parallel()
	for _, profile := range []azuretest.Profile{azuretest.Gen1, azuretest.Gen2} {
		l := newLake(t, profile)
		for _, n := range []int64{1, 15, 1 << 62, math.MaxInt64} {
			at := datalake.Checkpoint{Name: "/f", Temp: "/.f.part", Offset: n, Unit: n, Hash: make([]byte, 32)}
			err := l.Upload(t.Context(), "/f", stream("x"), &datalake.UploadOptions{Resume: at})
			require.ErrorIs(t, err, fs.ErrInvalid)
		}
		require.Empty(t, l.server.Requests())
	}
}

// All that such a file has is asked for.
func TestDownloadOfALargeFile(t *testing.T) {
	t.Parallel()
	client, s := newScripted(t, nameNode, noRetries)
	s.answer(http.StatusOK, sprintf(`{"FileStatus":{"type":"FILE","length":%d}}`, math.MaxInt64))
	s.answer(http.StatusOK, "too short")
	version := sprintf("%d %s ", math.MaxInt64, time.Time{}.Format(time.RFC3339Nano))
	err := client.Download(t.Context(), "/f", &memory{}, &datalake.DownloadOptions{
		ChunkSize: math.MaxInt64, Resume: datalake.Checkpoint{Name: "/f", Offset: 10, Version: version},
	})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Contains(t, s.seen[1].line, sprintf("length=%d&offset=10", math.MaxInt64-10))
}

// endless says that it has all that a file can have.
type endless struct{ at int64 }

func (e *endless) Read(p []byte) (int, error) { return e.ReadAt(p, e.at) }

// ReadAt fails, a little later.
func (e *endless) ReadAt([]byte, int64) (int, error) {
	time.Sleep(time.Second)
	return 0, errEnd
}

func (e *endless) Seek(offset int64, whence int) (int64, error) {
	if e.at = offset; whence == io.SeekEnd {
		e.at = math.MaxInt64
	}
	return e.at, nil
}

func TestUploadOfALargeFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, azuretest.Hadoop, noRetries)
		err := l.Upload(t.Context(), "/f", &endless{}, &datalake.UploadOptions{ChunkSize: 1 << 62, Concurrency: 4})
		require.ErrorIs(t, err, errEnd)
		for _, request := range l.server.Requests() {
			require.NotContains(t, request.URL, "part-00002", "the file has two parts")
		}
	})
}

// A pointer to nothing is nothing to read from or to write to.
func TestTypedNils(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		for _, r := range []io.Reader{(*os.File)(nil), (*bytes.Reader)(nil), (*bytes.Buffer)(nil), (*strings.Reader)(nil), readerFunc(nil)} {
			require.ErrorIs(t, l.Upload(t.Context(), "/f", r, nil), fs.ErrInvalid, "%T", r)
			require.ErrorIs(t, l.Append(t.Context(), "/f", r), fs.ErrInvalid, "%T", r)
		}
		require.ErrorIs(t, l.Download(t.Context(), "/f", (*os.File)(nil), nil), fs.ErrInvalid)
		require.ErrorIs(t, l.Download(t.Context(), "/f", (*memory)(nil), nil), fs.ErrInvalid)
		require.Empty(t, l.server.Requests())
	})
}

// The pauses between the tries grow, and never beyond all numbers.
func TestLargePauses(t *testing.T) {
	t.Parallel()
	for first, most := range map[time.Duration]time.Duration{math.MaxInt64: time.Minute, 1 << 62: time.Minute, 20 * time.Second: 30 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			l := newLake(t, azuretest.Gen2, func(o *datalake.ClientOptions) { o.Retry.RetryDelay, o.Retry.MaxRetryDelay = first, most })
			l.server.Fail(azuretest.Fault{Operation: "datalake.*", Status: http.StatusServiceUnavailable, Times: -1})
			begun := time.Now()
			require.Error(t, l.Remove(t.Context(), "/f"))
			require.GreaterOrEqual(t, time.Since(begun), min(first/2+2*most/2, 3*most/2))
			require.LessOrEqual(t, time.Since(begun), 3*most)
		})
	}
}

// What is no time for a server is refused before any request.
func TestTimesThatAreNone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		for _, at := range []time.Time{
			time.UnixMilli(-1), time.Unix(-1, 0), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64, 0),
		} {
			errs := []error{
				l.Chtimes(t.Context(), "/f", at, time.Time{}), l.Chtimes(t.Context(), "/f", time.Time{}, at), l.SetExpiry(t.Context(), "/f", at),
			}
			for _, err := range errs {
				require.True(t, isAny(err, fs.ErrInvalid, errors.ErrUnsupported), "%v: %v", at, err)
			}
		}
		require.Empty(t, l.server.Requests())
	})
}
