package datalake_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// On a real cluster whose data node a test can take away, DATALAKE_TARGETS says
// with "control" where: POST …/datanode/stop and …/datanode/start. The emulator
// cuts connections instead, see kill_test.go.
func TestDataNodeIsKilled(t *testing.T) {
	t.Parallel()
	for _, to := range realTargets(t) {
		if to.Control == "" {
			continue
		}
		t.Run(to.Name, func(t *testing.T) { //nolint:paralleltest // there is one data node for all
			s := to.site(t)
			data := content(64 << 20)
			s.write(t, "file", "old")
			to.command(t, "start")
			t.Cleanup(func() { to.command(t, "start") })
			uploadIsKilled(t, s, to, data)
			readIsKilled(t, s, to, data)
		})
	}
}

func uploadIsKilled(t *testing.T, s *site, to *realTarget, data []byte) {
	t.Helper()
	for _, at := range cuts(5, len(data)) {
		stop := readerFunc(func([]byte) (int, error) { to.command(t, "stop"); return 0, io.EOF })
		source := io.MultiReader(bytes.NewReader(data[:at]), stop, bytes.NewReader(data[at:]))
		err := s.Upload(t.Context(), s.at("file"), source, nil)
		to.command(t, "start")
		if err == nil { // the server has not noticed
			require.True(t, string(data) == s.read(t, "file"))
			s.write(t, "file", "old")
		}
		require.Equal(t, "old", s.read(t, "file"))
		require.Equal(t, []string{"file"}, s.names(t, s.dir), "nothing temporary is left")
	}
}

func readIsKilled(t *testing.T, s *site, to *realTarget, data []byte) {
	t.Helper()
	require.NoError(t, s.Upload(t.Context(), s.at("file"), bytes.NewReader(data), nil))
	f, err := s.Open(t.Context(), s.at("file"))
	require.NoError(t, err)
	got := make([]byte, len(data))
	_, err = io.ReadFull(f, got[:1<<20])
	require.NoError(t, err)
	to.command(t, "stop")
	started := make(chan struct{})
	time.AfterFunc(time.Second, func() {
		defer close(started)
		to.command(t, "start")
	})
	_, err = io.ReadFull(f, got[1<<20:])
	require.NoError(t, err)
	require.True(t, bytes.Equal(data, got))
	<-started
}

func (r *realTarget) command(t *testing.T, what string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPost, r.Control+"/datanode/"+what, http.NoBody)
	if err != nil {
		t.Error(err)
		return
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("the data node does not %s: %s", what, resp.Status)
	}
}
