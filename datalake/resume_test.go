package datalake_test

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

// The program ended before it stored the last checkpoint: more has arrived than
// it knows of.
func TestResumeFromAnOldCheckpoint(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		const unit = 16 << 10
		data := content(5 * unit)
		chunk := int64(unit)
		if !isHadoop(l.profile) {
			chunk = unit / 16
		}
		var first datalake.Checkpoint
		options := &datalake.UploadOptions{ChunkSize: chunk, Checkpoint: func(c datalake.Checkpoint) {
			if first.Offset == 0 {
				first = c
			}
		}}
		source := io.MultiReader(bytes.NewReader(data[:3*unit+9]), iotest.ErrReader(errEnd))
		require.ErrorIs(t, l.Upload(t.Context(), "/f", source, options), errEnd)
		require.Equal(t, int64(unit), first.Offset)
		options.Resume = first

		// The source is another, behind what the checkpoint knows.
		other := bytes.Clone(data)
		other[2*unit] ^= 1
		if !isHadoop(l.profile) {
			require.ErrorIs(t, l.Upload(t.Context(), "/f", bytes.NewReader(other), options), datalake.ErrChanged)
		}
		options.Resume = first
		require.NoError(t, l.Upload(t.Context(), "/f", bytes.NewReader(data), options))
		got, _ := l.data.ReadFile("/f")
		require.True(t, bytes.Equal(data, got))
	})
}

func TestResumeWhatIsGone(t *testing.T) {
	t.Parallel()
	for _, profile := range []azuretest.Profile{azuretest.Gen1, azuretest.Gen2} {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			l := newLake(t, profile)
			data := content(40 << 10)
			options := &datalake.UploadOptions{ChunkSize: 1 << 10}
			options.Checkpoint = func(c datalake.Checkpoint) { options.Resume = c }
			source := io.MultiReader(bytes.NewReader(data[:33<<10]), iotest.ErrReader(errEnd))
			require.ErrorIs(t, l.Upload(t.Context(), "/f", source, options), errEnd)
			l.data.Remove(options.Resume.Temp)
			require.Error(t, l.Upload(t.Context(), "/f", bytes.NewReader(data), options))
			_, ok := l.data.ReadFile("/f")
			require.False(t, ok)
		})
	}
}

// A server that does not concatenate gets the file in one stream.
func TestPartsThatAreNotJoined(t *testing.T) {
	t.Parallel()
	for _, profile := range []azuretest.Profile{azuretest.Gen1, azuretest.Hadoop, azuretest.Knox} {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			l := newLake(t, profile)
			l.server.Fail(azuretest.Fault{Operation: "datalake.*concat", Times: -1, Status: 400, Code: "UnsupportedOperationException"})
			data := content(50_000)
			require.NoError(t, l.Upload(t.Context(), "/f", bytes.NewReader(data), &datalake.UploadOptions{ChunkSize: 20_000, Concurrency: 2}))
			got, _ := l.data.ReadFile("/f")
			require.True(t, bytes.Equal(data, got))
			require.Equal(t, []string{"f"}, l.data.Names("/"), "the parts are gone")
		})
	}
}

// What has arrived of an append is not sent again.
func TestAppendsGoThroughCuts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		want := []byte("begin")
		require.NoError(t, l.Upload(t.Context(), "/f", bytes.NewReader(want), nil))
		for _, at := range cuts(20, 30_000) {
			data := content(30_000)
			l.server.Fail(azuretest.Fault{Operation: "datalake.append", CutAfter: at})
			require.NoError(t, l.Append(t.Context(), "/f", bytes.NewReader(data)), "after %d bytes", at)
			want = append(want, data...)
			got, _ := l.data.ReadFile("/f")
			require.True(t, bytes.Equal(want, got), "after %d bytes", at)
		}
	})
}

// Of a long stream nothing can be sent again on Hadoop.
func TestLongAppendsDoNotGoThroughCuts(t *testing.T) {
	t.Parallel()
	l := newLake(t, azuretest.Hadoop)
	require.NoError(t, l.Upload(t.Context(), "/f", stream("begin"), nil))
	l.server.Fail(azuretest.Fault{Operation: "datalake.append", CutAfter: 9 << 20})
	err := l.Append(t.Context(), "/f", struct{ io.Reader }{bytes.NewReader(content(10 << 20))})
	require.ErrorContains(t, err, "a part may have been appended")
}

// Somebody else has written to the file while an append was broken.
func TestAppendsNoticeOthers(t *testing.T) {
	t.Parallel()
	l := newLake(t, azuretest.Hadoop)
	require.NoError(t, l.Upload(t.Context(), "/f", stream("begin"), nil))
	data := content(1000)
	l.server.Fail(azuretest.Fault{Operation: "datalake.append.data", Status: -1})
	before := false
	source := &hooked{Reader: bytes.NewReader(data), hook: func() {
		if !before {
			before = true
			l.data.WriteFile("/f", []byte("begin, and another"))
		}
	}}
	require.ErrorIs(t, l.Append(t.Context(), "/f", source), datalake.ErrChanged)
	got, _ := l.data.ReadFile("/f")
	require.Equal(t, "begin, and another", string(got))
}

// hooked runs something at the first read.
type hooked struct {
	*bytes.Reader
	hook func()
}

func (h *hooked) ReadAt(p []byte, off int64) (int, error) {
	h.hook()
	return h.Reader.ReadAt(p, off)
}
