package azuretest_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// What a client breaks off is not there on Azure. On HDFS it is.
func TestLakeBrokenUploads(t *testing.T) {
	t.Parallel()
	tests := []struct {
		profile       azuretest.Profile
		method, query string
		want          string
	}{
		{azuretest.Gen1, http.MethodPut, "op=CREATE&write=true&overwrite=true", "old"},
		{azuretest.Gen1, http.MethodPost, "op=APPEND&append=true", "old"},
		{azuretest.Gen2, http.MethodPatch, "action=append&position=3&flush=true", "old"},
		{azuretest.Hadoop, http.MethodPut, "op=CREATE&overwrite=true", "hello"},
		{azuretest.HttpFS, http.MethodPost, "op=APPEND", "oldhello"},
	}
	for _, test := range tests {
		t.Run(test.profile.String()+" "+test.method, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newLake(t, test.profile)
				s.lake.WriteFile("/f", []byte("old"))
				s.breakOff(t, test.method, "/f?"+test.query, "hello")
				synctest.Wait()
				got, ok := s.lake.ReadFile("/f")
				require.True(t, ok)
				require.Equal(t, test.want, string(got))
			})
		})
	}
}

// breakOff promises more than the data, sends them, and is gone.
func (s lakeSide) breakOff(t *testing.T, method, rest, data string) {
	t.Helper()
	address := s.url(rest)
	switch s.profile {
	case azuretest.Hadoop, azuretest.HttpFS:
		address = s.once(t, method, address, "").Header.Get("Location")
	case azuretest.Gen2:
		address = s.lake.URL() + rest
	}
	gone := errors.New("the client is gone")
	body := io.MultiReader(strings.NewReader(data), iotest.ErrReader(gone))
	req, err := http.NewRequestWithContext(t.Context(), method, address, body)
	require.NoError(t, err)
	req.ContentLength = int64(len(data)) + 5
	req.Header = http.Header{"Content-Type": {"application/octet-stream"}}
	if token := s.token(); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if s.profile == azuretest.Gen2 {
		req.Header.Set("X-Ms-Version", "2023-11-03")
	}
	resp, err := s.client.Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	require.ErrorIs(t, err, gone)
}
