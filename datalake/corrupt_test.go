package datalake_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

// spoiling is a wire that changes a byte of what passes.
type spoiling struct {
	next       http.RoundTripper
	up, down   bool
	afterBytes int
}

func (s *spoiling) RoundTrip(req *http.Request) (*http.Response, error) {
	if s.up && req.Body != nil && req.ContentLength != 0 && (req.Method == http.MethodPut || req.Method == http.MethodPatch) {
		req = req.Clone(req.Context())
		req.Body = &spoiled{ReadCloser: req.Body, left: s.afterBytes}
	}
	resp, err := s.next.RoundTrip(req)
	if err == nil && s.down && resp.Header.Get("Content-Type") == "application/octet-stream" {
		resp.Body = &spoiled{ReadCloser: resp.Body, left: s.afterBytes}
	}
	return resp, err
}

type spoiled struct {
	io.ReadCloser
	left int
}

func (s *spoiled) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	if s.left >= 0 && s.left < n {
		p[s.left] ^= 1
	}
	s.left -= n
	return n, err
}

func (l *lake) on(t *testing.T, wire http.RoundTripper) *datalake.Client {
	t.Helper()
	options := *l.options
	options.HTTPClient = &http.Client{Transport: wire}
	client, err := datalake.NewClient(l.data.URL(), l.cred, &options)
	require.NoError(t, err)
	return client
}

func TestChecksumsFindWhatTheWireChanges(t *testing.T) {
	t.Parallel()
	for _, profile := range []azuretest.Profile{azuretest.Hadoop, azuretest.HttpFS, azuretest.Knox, azuretest.Gen2} {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			l := newLake(t, profile)
			data := content(100_000)
			require.NoError(t, l.Upload(t.Context(), "/f", stream("old"), nil))
			client := l.on(t, &spoiling{next: l.server.Client().Transport, up: true, afterBytes: 77_777})
			for _, concurrency := range []int{1, 3} {
				err := client.Upload(t.Context(), "/f", bytes.NewReader(data), &datalake.UploadOptions{
					Checksum: true, ChunkSize: 90_000, Concurrency: concurrency,
				})
				require.Error(t, err)
				if isHadoop(profile) {
					require.ErrorIs(t, err, datalake.ErrChecksum)
				}
				got, _ := l.data.ReadFile("/f")
				require.Equal(t, "old", string(got))
				require.Equal(t, []string{"f"}, l.data.Names("/"))
			}
			if !isHadoop(profile) {
				return
			}
			require.NoError(t, l.Upload(t.Context(), "/f", bytes.NewReader(data), nil))
			client = l.on(t, &spoiling{next: l.server.Client().Transport, down: true, afterBytes: 77_777})
			err := client.Download(t.Context(), "/f", &memory{data: make([]byte, len(data))}, &datalake.DownloadOptions{Checksum: true})
			require.ErrorIs(t, err, datalake.ErrChecksum)
		})
	}
}

// A server that checksums in another way cannot be compared with.
func TestCompositeChecksums(t *testing.T) {
	t.Parallel()
	l := newLake(t, azuretest.HttpFS)
	l.data.CompositeChecksums(true)
	sum, err := l.Checksum(t.Context(), put1(t, l, "/f", "x"))
	require.NoError(t, err)
	require.Equal(t, "COMPOSITE-CRC32C", sum.Algorithm)
	err = l.Upload(t.Context(), "/g", stream("x"), &datalake.UploadOptions{Checksum: true})
	require.ErrorContains(t, err, "COMPOSITE-CRC32C")
	require.Equal(t, []string{"f"}, l.data.Names("/"))
}

func put1(t *testing.T, l *lake, name, text string) string {
	t.Helper()
	require.NoError(t, l.Upload(t.Context(), name, stream(text), nil))
	return name
}

// Answers that are not what was asked for are no content of a file.
func TestWrongRanges(t *testing.T) {
	t.Parallel()
	const status = `{"FileStatus":{"type":"FILE","length":4,"permission":"644"}}`
	tests := []struct {
		name, endpoint string
		status         int
		body           string
		headers        []string
	}{
		{"too long", nameNode, 200, "12345", nil},
		{"too short", nameNode, 200, "123", nil},
		{"a range that starts elsewhere", gen2Endpoint, 206, "1234", []string{"Content-Range", "bytes 1-4/8"}},
		{"a range that is none", gen2Endpoint, 206, "1234", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client, s := newScripted(t, test.endpoint, noRetries)
			if test.endpoint == gen2Endpoint {
				s.answer(200, "", "Content-Length", "4", "ETag", `"1"`)
			} else {
				s.answer(200, status)
			}
			s.answer(test.status, test.body, test.headers...)
			f, err := client.Open(t.Context(), "/f")
			require.NoError(t, err)
			n, err := f.Read(make([]byte, 10))
			require.Zero(t, n)
			require.True(t, isAny(err, datalake.ErrUnexpectedResponse, io.ErrUnexpectedEOF), err)
		})
	}
}

// Without a length only the end of the answer tells that it was too long.
func TestAnswersWithoutALength(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{"1234": nil, "12345": datalake.ErrUnexpectedResponse, "123": io.ErrUnexpectedEOF} {
		client, s := newScripted(t, nameNode, noRetries)
		s.answer(200, `{"FileStatus":{"type":"FILE","length":4}}`)
		s.answers = append(s.answers, func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, ContentLength: -1, Request: req, Body: io.NopCloser(stream(body))}, nil
		})
		f, err := client.Open(t.Context(), "/f")
		require.NoError(t, err)
		got, err := io.ReadAll(f)
		require.ErrorIs(t, err, want)
		require.LessOrEqual(t, len(got), 4)
	}
}

// A server may say that it has taken what it has not.
func TestShortUploadsAreNotPublished(t *testing.T) {
	t.Parallel()
	client, s := newScripted(t, gen2Endpoint, noRetries)
	s.answer(404, "", "X-Ms-Error-Code", "PathNotFound")    // the target
	s.answer(201, "")                                       // create
	s.answer(202, "")                                       // append
	s.answer(200, "")                                       // flush
	s.answer(200, "", "Content-Length", "3", "ETag", `"1"`) // what is there
	s.answer(200, "")                                       // its removal
	err := client.Upload(t.Context(), "/f", stream("1234"), nil)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorContains(t, err, "3 of 4 bytes")
	require.Equal(t, "DELETE", s.seen[5].line[:6])
}

func TestBadStatusesOfGen2(t *testing.T) {
	t.Parallel()
	for _, permissions := range []string{"rwx", "rwxrwxrwxrwx", "abcdefghi", "rwxrwxrws"} {
		client, s := newScripted(t, gen2Endpoint)
		s.answer(200, "", "X-Ms-Permissions", permissions)
		_, err := client.Stat(t.Context(), "/f")
		require.ErrorIs(t, err, datalake.ErrUnexpectedResponse)
	}
}

// Hadoop says that one may not look into a file, as if it were a directory.
func TestFileInTheWay(t *testing.T) {
	t.Parallel()
	client, s := newScripted(t, nameNode)
	s.answer(403, exceptionBody("AccessControlException"))
	s.answer(403, exceptionBody("AccessControlException"))
	s.answer(200, `{"FileStatus":{"type":"FILE","length":4}}`)
	_, err := client.Stat(t.Context(), "/file/a/b")
	require.ErrorIs(t, err, syscall.ENOTDIR)
	require.NotErrorIs(t, err, fs.ErrPermission)
	client, s = newScripted(t, nameNode)
	s.answer(403, exceptionBody("AccessControlException"))
	s.answer(200, `{"FileStatus":{"type":"DIRECTORY"}}`)
	_, err = client.Stat(t.Context(), "/dir/a")
	require.ErrorIs(t, err, fs.ErrPermission)
}

// Some gateways answer with the address in JSON.
func TestLocationInJSON(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{
		`{"Location":"http://datanode.test/x?step=2"}`: nil,
		`{"Location":""}`: datalake.ErrUnexpectedResponse,
		`<html>`:          datalake.ErrUnexpectedResponse,
	} {
		client, s := newScripted(t, nameNode, noRetries)
		s.answer(200, `{"FileStatus":{"type":"FILE","length":4,"permission":"644"}}`)
		s.answer(200, body)
		if want == nil {
			s.answer(201, "")
			s.answer(200, `{"FileStatus":{"type":"FILE","length":4}}`)
			s.answer(200, "")
		} else {
			s.answer(200, `{"boolean":true}`)
		}
		require.ErrorIs(t, client.Upload(t.Context(), "/f", stream("data"), nil), want)
		if want == nil {
			require.Equal(t, "data", s.seen[2].body)
		}
	}
}

// Who answers in place of the server has made no file, and removed none.
func TestAnswersOfSomebodyElse(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"<html>welcome</html>", "", "{}"} {
		client, s := newScripted(t, gen1Endpoint, noRetries)
		s.answer(404, exceptionBody("FileNotFoundException"))
		s.answer(307, "", "Location", gen1Endpoint+"/webhdfs/v1/f?op=CREATE&write=true")
		s.answer(200, body)
		err := client.Upload(t.Context(), "/f", stream("x"), nil)
		require.Equal(t, body != "", errors.Is(err, datalake.ErrUnexpectedResponse), "%q: %v", body, err)
		for _, endpoint := range []string{gen1Endpoint, nameNode} {
			client, s = newScripted(t, endpoint, noRetries)
			s.answer(200, body)
			require.ErrorIs(t, client.Remove(t.Context(), "/f"), datalake.ErrUnexpectedResponse, "%q", body)
		}
	}
}
