package interop_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// uploadServers are those that uploads are broken off at.
func uploadServers(t *testing.T) map[string]wireServer {
	t.Helper()
	servers := map[string]wireServer{
		"azuretest/namenode": emulated(t, azuretest.Hadoop),
		"azuretest/httpfs":   emulated(t, azuretest.HttpFS),
	}
	if realHadoop() {
		servers["hadoop/namenode"] = wireServer{"http://127.0.0.1:9870/webhdfs/v1", patient(&http.Client{}), false, nil}
		servers["hadoop/httpfs"] = wireServer{"http://127.0.0.1:14000/webhdfs/v1", patient(&http.Client{}), true, nil}
	}
	return servers
}

// An upload that is broken off leaves a file that looks complete, with what has
// arrived: a client must not take one for done by its being there.
func TestHadoopKeepsBrokenUploads(t *testing.T) {
	t.Parallel()
	for name, server := range uploadServers(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const dir, whole = "/tmp", 2 << 20
			file := "/broken-" + strings.ReplaceAll(name, "/", "-")
			_, header, _ := server.send(t, http.MethodPut, server.address(dir, file+"?op=CREATE&overwrite=true", ""), "", "", "application/octet-stream")
			body := io.MultiReader(strings.NewReader(strings.Repeat("x", whole/2)), brokenReader{})
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, header.Get("Location"), body)
			require.NoError(t, err)
			req.ContentLength = whole
			req.Header.Set("Content-Type", "application/octet-stream")
			_, err = server.client.Do(req)
			require.ErrorIs(t, err, errBroken)

			require.Eventually(t, func() bool { return server.length(t, file) > 0 }, 20*time.Second, 50*time.Millisecond)
			require.LessOrEqual(t, server.length(t, file), int64(whole/2))
			require.Eventually(t, func() bool {
				return server.step(t, dir, wireStep{do: "POST " + file + "?op=APPEND", data: "y"}).Status == http.StatusOK
			}, 20*time.Second, 50*time.Millisecond, "nobody holds the lease any more")
			require.LessOrEqual(t, server.length(t, file), int64(whole/2+1))
		})
	}
}

var errBroken = errors.New("broken off by the test")

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errBroken }

// length returns how long a file in /tmp is said to be, -1 if it is not there.
func (s wireServer) length(t *testing.T, file string) int64 {
	t.Helper()
	_, _, body := s.send(t, http.MethodGet, s.address("/tmp", file+"?op=GETFILESTATUS", ""), "", "", "")
	var answer struct{ FileStatus struct{ Length int64 } }
	answer.FileStatus.Length = -1
	require.NoError(t, json.Unmarshal(body, &answer))
	return answer.FileStatus.Length
}

// A data node says 100 Continue before it looks at the file, closes every connection,
// and pays no attention to a token.
func TestHadoopDataNodeHabits(t *testing.T) {
	t.Parallel()
	for name, server := range uploadServers(t) {
		if server.gateway {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const file = "/tmp/habits"
			_, header, _ := server.send(t, http.MethodPut, server.base+file+"?op=CREATE&overwrite=true&user.name=hdfs", "", "", "")
			u, err := url.Parse(header.Get("Location"))
			require.NoError(t, err)
			conn := server.dial(t, u.Host)
			defer conn.Close()
			_, err = io.WriteString(conn, "PUT "+u.RequestURI()+" HTTP/1.1\r\nHost: "+u.Host+"\r\nAuthorization: Bearer x\r\nContent-Length: 5\r\n\r\nhello")
			require.NoError(t, err)
			r := bufio.NewReader(conn)
			line, err := r.ReadString('\n')
			require.NoError(t, err)
			require.Equal(t, "HTTP/1.1 100 Continue\r\n", line, "without having been asked")
			_, err = r.ReadString('\n')
			require.NoError(t, err)
			resp, err := http.ReadResponse(r, nil)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, http.StatusCreated, resp.StatusCode)
			require.True(t, resp.Close)
			require.True(t, strings.HasPrefix(resp.Header.Get("Location"), "hdfs://"))
		})
	}
}

// dial connects to a host as the server's client does.
func (s wireServer) dial(t *testing.T, host string) net.Conn {
	t.Helper()
	dialer := (&net.Dialer{}).DialContext
	if transport, ok := s.client.Transport.(*http.Transport); ok && transport.DialContext != nil {
		dialer = transport.DialContext
	}
	conn, err := dialer(t.Context(), "tcp", host)
	require.NoError(t, err)
	return conn
}
