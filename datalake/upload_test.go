package datalake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

func TestConformanceUpload(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		checksum := s.profile != azuretest.Gen1
		for _, size := range []int{0, 1, 4 << 20, 5<<20 + 7} {
			data := content(size)
			var sent []int64
			options := &datalake.UploadOptions{Checksum: checksum, Progress: func(n int64) { sent = append(sent, n) }}
			require.NoError(t, s.Upload(t.Context(), s.at("stream"), struct{ io.Reader }{bytes.NewReader(data)}, options))
			require.NoError(t, s.Upload(t.Context(), s.at("file"), bytes.NewReader(data), &datalake.UploadOptions{Checksum: checksum}))
			require.True(t, string(data) == s.read(t, "stream"))
			require.True(t, string(data) == s.read(t, "file"))
			if size > 0 {
				require.Equal(t, int64(size), sent[len(sent)-1])
				require.IsIncreasing(t, append([]int64{0}, sent...))
			}
			require.Equal(t, []string{"file", "stream"}, s.names(t, s.dir))
		}
	})
}

// Hadoop and Gen1 take a file in parts, Gen2 its chunks in any order.
func TestConformanceUploadInParallel(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		data := content(5<<20 + 123)
		var last int64
		require.NoError(t, s.Upload(t.Context(), s.at("file"), bytes.NewReader(data), &datalake.UploadOptions{
			ChunkSize: 1 << 20, Concurrency: 3, Checksum: s.profile != azuretest.Gen1, Progress: func(n int64) { last = n },
		}))
		require.True(t, string(data) == s.read(t, "file"))
		require.Equal(t, []string{"file"}, s.names(t, s.dir), "the parts are gone")
		require.Equal(t, int64(len(data)), last)
	})
}

func TestConformanceUploadFromAFile(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		data := content(100_000)
		file, err := os.Open(tempFile(t, "file", data))
		require.NoError(t, err)
		defer file.Close()
		_, err = file.Seek(1000, io.SeekStart)
		require.NoError(t, err)
		require.NoError(t, s.Upload(t.Context(), s.at("file"), file, nil))
		require.True(t, string(data[1000:]) == s.read(t, "file"), "from where the file stands")
	})
}

func TestConformanceUploadFails(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		broken := errors.New("the disk is broken")
		s.write(t, "file", "old")
		for _, size := range []int{0, 100, 5 << 20} {
			source := io.MultiReader(bytes.NewReader(content(size)), iotest.ErrReader(broken))
			require.ErrorIs(t, s.Upload(t.Context(), s.at("file"), source, nil), broken)
			require.Equal(t, "old", s.read(t, "file"))
			require.Equal(t, []string{"file"}, s.names(t, s.dir))
		}
		ctx, cancel := context.WithCancel(t.Context())
		source := io.MultiReader(bytes.NewReader(content(5<<20)), readerFunc(func([]byte) (int, error) { cancel(); return 0, nil }))
		require.ErrorIs(t, s.Upload(ctx, s.at("file"), source, nil), context.Canceled)
		require.Equal(t, "old", s.read(t, "file"))
		require.Equal(t, []string{"file"}, s.names(t, s.dir))
	})
}

func TestConformanceUploadErrors(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx := t.Context()
		require.ErrorIs(t, s.Upload(ctx, s.at("none/file"), stream("x"), nil), fs.ErrNotExist)
		require.ErrorIs(t, s.Upload(ctx, s.dir, stream("x"), nil), syscall.EISDIR)
		require.ErrorIs(t, s.Upload(ctx, s.at("file"), stream("x"), &datalake.UploadOptions{ChunkSize: -1}), fs.ErrInvalid)
		require.ErrorIs(t, s.Upload(ctx, s.at("file"), stream("x"), &datalake.UploadOptions{Concurrency: -1}), fs.ErrInvalid)
		if s.profile == azuretest.Gen1 {
			require.ErrorIs(t, s.Upload(ctx, s.at("file"), stream("x"), &datalake.UploadOptions{Checksum: true}), errors.ErrUnsupported)
		}
		require.Empty(t, s.names(t, s.dir))
	})
}

// The program ends in the midst of an upload, and the next one goes on.
func TestConformanceUploadResumes(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		for _, kind := range []string{"stream", "file"} {
			resumes(t, s, kind == "file")
		}
	})
}

func resumes(t *testing.T, s *site, seekable bool) {
	t.Helper()
	const unit = 64 << 10
	data := content(5*unit + 99)
	source := func(limit int) io.Reader {
		r := bytes.NewReader(data)
		if !seekable || limit < len(data) {
			return io.MultiReader(io.LimitReader(r, int64(limit)), iotest.ErrReader(errEnd))
		}
		return r
	}
	chunk := int64(unit)
	if !s.isHadoop() {
		chunk = unit / 16
	}
	s.write(t, "file", "old")
	var stored []byte
	options := &datalake.UploadOptions{ChunkSize: chunk, Checkpoint: func(c datalake.Checkpoint) { stored = store(t, c) }}
	require.ErrorIs(t, s.Upload(t.Context(), s.at("file"), source(3*unit+5), options), errEnd)
	require.Equal(t, "old", s.read(t, "file"))
	require.NotNil(t, stored)
	require.NoError(t, json.Unmarshal(stored, &options.Resume))
	require.Equal(t, int64(3*unit), options.Resume.Offset)

	other := bytes.Clone(data)
	other[0] ^= 1
	require.ErrorIs(t, s.Upload(t.Context(), s.at("file"), bytes.NewReader(other), options), datalake.ErrChanged)
	require.ErrorIs(t, s.Upload(t.Context(), s.at("file"), bytes.NewReader(data[:unit]), options), datalake.ErrChanged)
	require.ErrorIs(t, s.Upload(t.Context(), s.at("other"), bytes.NewReader(data), options), fs.ErrInvalid)

	var first int64
	options.Progress = func(n int64) {
		if first == 0 {
			first = n
		}
	}
	var r io.Reader = bytes.NewReader(data)
	if !seekable {
		r = struct{ io.Reader }{r}
	}
	require.NoError(t, s.Upload(t.Context(), s.at("file"), r, options))
	require.True(t, string(data) == s.read(t, "file"))
	require.Greater(t, first, int64(3*unit), "nothing is sent twice")
	require.Equal(t, []string{"file"}, s.names(t, s.dir), "nothing temporary is left")
}

func store(t *testing.T, c datalake.Checkpoint) []byte {
	t.Helper()
	stored, err := json.Marshal(c)
	require.NoError(t, err)
	return stored
}

var errEnd = errors.New("the program ends here")

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// tempFile writes a file for the test. It is not in t.TempDir, whose removal
// does not work under Wine, where the tests for Windows run.
func tempFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "keyless-") //nolint:usetesting // see above
	require.NoError(t, err)
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	t.Cleanup(func() {
		require.NoError(t, os.Remove(path))
		require.NoError(t, os.Remove(dir))
	})
	return path
}

// A checkpoint comes from a file that anybody may have written.
func TestBadCheckpoints(t *testing.T) {
	t.Parallel()
	good := datalake.Checkpoint{Name: "/f", Temp: "/.f.0011223344556677.part", Offset: 1600, Unit: 1600, Hash: make([]byte, 32)}
	tests := map[string]func(c *datalake.Checkpoint){
		"another file":         func(c *datalake.Checkpoint) { c.Name = "/g" },
		"a negative offset":    func(c *datalake.Checkpoint) { c.Offset = -1600 },
		"no unit":              func(c *datalake.Checkpoint) { c.Unit = 0 },
		"a negative unit":      func(c *datalake.Checkpoint) { c.Unit = -1 },
		"no multiple":          func(c *datalake.Checkpoint) { c.Offset = 1601 },
		"no hash":              func(c *datalake.Checkpoint) { c.Hash = nil },
		"no temporary name":    func(c *datalake.Checkpoint) { c.Temp = "" },
		"the file itself":      func(c *datalake.Checkpoint) { c.Temp = "/f" },
		"another directory":    func(c *datalake.Checkpoint) { c.Temp = "/dir/.f.part" },
		"a way to elsewhere":   func(c *datalake.Checkpoint) { c.Temp = "/dir/../.f.part" },
		"a file of the user's": func(c *datalake.Checkpoint) { c.Temp = "/important" },
		"that of a download":   func(c *datalake.Checkpoint) { *c = datalake.Checkpoint{Name: "/f", Offset: 5, Version: "1"} },
	}
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		for name, spoil := range tests {
			bad := good
			spoil(&bad)
			require.ErrorIs(t, l.Upload(t.Context(), "/f", stream("x"), &datalake.UploadOptions{Resume: bad}), fs.ErrInvalid, name)
		}
		require.Empty(t, l.server.Requests())
		tiny := good
		tiny.Offset, tiny.Unit = 3, 3
		err := l.Upload(t.Context(), "/f", stream("x"), &datalake.UploadOptions{Resume: tiny})
		require.True(t, isAny(err, fs.ErrInvalid, datalake.ErrChanged), err)
	})
}

// What a server cannot do, and what cannot be done, is refused before any request.
func TestRefusedBeforeAnyRequest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		ctx := t.Context()
		require.ErrorIs(t, l.Upload(ctx, "/f", nil, nil), fs.ErrInvalid)
		require.ErrorIs(t, l.Append(ctx, "/f", nil), fs.ErrInvalid)
		require.ErrorIs(t, l.Download(ctx, "/f", nil, nil), fs.ErrInvalid)
		require.ErrorIs(t, l.Truncate(ctx, "/f", -1), fs.ErrInvalid)
		refused := map[string]error{}
		switch l.profile {
		case azuretest.Gen1:
			refused = map[string]error{
				"Truncate": l.Truncate(ctx, "/f", 0), "SetXAttr": l.SetXAttr(ctx, "/f", "user.a", nil),
				"Upload": l.Upload(ctx, "/f", stream("x"), &datalake.UploadOptions{Checksum: true}),
			}
			_, refused["Checksum"] = l.Checksum(ctx, "/f")
		case azuretest.Gen2:
			refused = map[string]error{
				"Truncate": l.Truncate(ctx, "/f", 1), "Concat": l.Concat(ctx, "/f", "/g"), "Chtimes": l.Chtimes(ctx, "/f", time.Now(), time.Now()),
				"Download": l.Download(ctx, "/f", &memory{}, &datalake.DownloadOptions{Checksum: true}),
			}
			_, refused["Checksum"] = l.Checksum(ctx, "/f")
		case azuretest.Hadoop, azuretest.HttpFS, azuretest.Knox:
			refused["SetExpiry"] = l.SetExpiry(ctx, "/f", time.Time{})
		}
		for operation, err := range refused {
			require.ErrorIs(t, err, errors.ErrUnsupported, operation)
		}
		require.Empty(t, l.server.Requests())
	})
}
