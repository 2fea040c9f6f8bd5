package azuretest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func allProfiles() []azuretest.Profile { return append(webProfiles(), azuretest.Gen2) }

// stat asks about a path in the way of any profile.
func (s lakeSide) stat(t *testing.T, path string) answer {
	t.Helper()
	if s.profile == azuretest.Gen2 {
		return s.once(t, http.MethodGet, s.lake.URL()+path, "")
	}
	return s.do(t, http.MethodGet, path+"?op=GETFILESTATUS", "")
}

func TestLakeExceptionsOnDemand(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault     azuretest.Fault
		exception string
		class     string
	}{
		"throttling":      {azuretest.Fault{Status: 429, RetryAfter: time.Second}, "ThrottledException", "org.apache.hadoop.fs.adl.ThrottledException"},
		"retriable":       {azuretest.Fault{Status: 403, Code: "RetriableException"}, "RetriableException", "org.apache.hadoop.ipc.RetriableException"},
		"standby":         {azuretest.Fault{Status: 403, Code: "StandbyException"}, "StandbyException", "org.apache.hadoop.ipc.StandbyException"},
		"safe mode":       {azuretest.Fault{Status: 403, Code: "SafeModeException"}, "SafeModeException", "org.apache.hadoop.hdfs.server.namenode.SafeModeException"},
		"a lease":         {azuretest.Fault{Status: 403, Code: "AlreadyBeingCreatedException"}, "AlreadyBeingCreatedException", "org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException"},
		"unauthorized":    {azuretest.Fault{Status: 401}, "SecurityException", "java.lang.SecurityException"},
		"server error":    {azuretest.Fault{Status: 500}, "RetriableException", "org.apache.hadoop.ipc.RetriableException"},
		"of nobody's own": {azuretest.Fault{Status: 418, Code: "TeapotException"}, "TeapotException", "java.lang.TeapotException"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newLake(t, azuretest.Hadoop)
			s.lake.WriteFile("/f", nil)
			test.fault.Operation = "datalake.getfilestatus"
			s.srv.Fail(test.fault)
			got := s.stat(t, "/f")
			require.Equal(t, test.fault.Status, got.Status)
			require.Equal(t, test.exception, got.exception(t))
			require.Equal(t, test.class, got.At(t, "RemoteException", "javaClassName"))
			require.Equal(t, 200, s.stat(t, "/f").Status)
		})
	}
}

func TestLakeFaultsOfGen2(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault azuretest.Fault
		code  string
	}{
		"busy":      {azuretest.Fault{Status: 503, RetryAfter: time.Second}, "ServerBusy"},
		"not there": {azuretest.Fault{Status: 404}, "PathNotFound"},
		"leased":    {azuretest.Fault{Status: 412, Code: "LeaseIdMissing"}, "LeaseIdMissing"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newLake(t, azuretest.Gen2)
			s.lake.WriteFile("/f", nil)
			test.fault.Operation = "datalake.open"
			s.srv.Fail(test.fault)
			got := s.stat(t, "/f")
			require.Equal(t, test.fault.Status, got.Status)
			require.Equal(t, test.code, got.Header.Get("X-Ms-Error-Code"))
			require.Equal(t, test.code, got.At(t, "error", "code"))
		})
	}
}

// A fault may send both steps of any operation anywhere.
func TestLakeForeignRedirects(t *testing.T) {
	t.Parallel()
	for name, location := range map[string]string{
		"host": "https://evil.example/webhdfs/v1/f", "plain": "http://datalake.example/f", "script": "javascript:alert(1)", "relative": "/elsewhere",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onProfiles(t, webProfiles(), func(t *testing.T, s lakeSide) {
				t.Helper()
				s.srv.Fail(azuretest.Fault{Operation: "datalake.create", Location: location})
				got := s.once(t, http.MethodPut, s.url("/f?op=CREATE&write=true&data=true"), "")
				require.Equal(t, http.StatusTemporaryRedirect, got.Status)
				require.Equal(t, location, got.Header.Get("Location"))
			})
		})
	}
}

// A body is cut where it is sent, whichever step the fault has struck.
func TestLakeCutDownloads(t *testing.T) {
	t.Parallel()
	onProfiles(t, allProfiles(), func(t *testing.T, s lakeSide) {
		t.Helper()
		s.lake.WriteFile("/f", []byte("hello, world"))
		s.srv.Fail(azuretest.Fault{Operation: "datalake.open", CutAfter: 5})
		address := s.url("/f?op=OPEN")
		if s.profile == azuretest.Gen2 {
			address = s.lake.URL() + "/f"
		}
		first, err := s.try(t, http.MethodGet, address, "")
		if first.Status == http.StatusTemporaryRedirect {
			require.NoError(t, err)
			first, err = s.try(t, http.MethodGet, first.Header.Get("Location"), "")
		}
		require.Error(t, err)
		require.Equal(t, "hello", first.Body)
		if s.profile != azuretest.Gen2 {
			require.Equal(t, "hello, world", s.do(t, http.MethodGet, "/f?op=OPEN", "").Body, "once")
		}
	})
}

// Of an upload that is cut HDFS keeps what has arrived; the others keep nothing.
func TestLakeCutUploads(t *testing.T) {
	t.Parallel()
	onProfiles(t, webProfiles(), func(t *testing.T, s lakeSide) {
		t.Helper()
		s.srv.Fail(azuretest.Fault{Operation: "datalake.create", CutAfter: 300_000})
		first := s.once(t, http.MethodPut, s.url("/f?op=CREATE"), "")
		require.Equal(t, http.StatusTemporaryRedirect, first.Status)
		_, err := s.try(t, http.MethodPut, first.Header.Get("Location"), strings.Repeat("x", 1_000_000))
		require.Error(t, err)
		data, ok := s.lake.ReadFile("/f")
		if s.profile == azuretest.Gen1 {
			require.False(t, ok)
			return
		}
		require.True(t, ok)
		require.Len(t, data, 300_000)
	})
}

// A negative cut is an upload that arrives, with an answer that does not.
func TestLakeAmbiguousUploads(t *testing.T) {
	t.Parallel()
	onProfiles(t, webProfiles(), func(t *testing.T, s lakeSide) {
		t.Helper()
		s.lake.WriteFile("/f", []byte("one"))
		s.srv.Fail(azuretest.Fault{Operation: "datalake.append", CutAfter: -1})
		first := s.once(t, http.MethodPost, s.url("/f?op=APPEND"), "")
		_, err := s.try(t, http.MethodPost, first.Header.Get("Location"), "two")
		require.Error(t, err)
		data, _ := s.lake.ReadFile("/f")
		require.Equal(t, "onetwo", string(data))
	})
}

func TestLakeLeases(t *testing.T) {
	t.Parallel()
	codes := map[azuretest.Profile]int{azuretest.Gen1: 400, azuretest.Hadoop: 403, azuretest.HttpFS: 500, azuretest.Knox: 403, azuretest.Gen2: 412}
	onProfiles(t, allProfiles(), func(t *testing.T, s lakeSide) {
		t.Helper()
		s.lake.WriteFile("/f", []byte("one"))
		release := s.lake.HoldLease("/f")
		write := func() answer {
			if s.profile == azuretest.Gen2 {
				return s.once(t, http.MethodPatch, s.lake.URL()+"/f?action=append&position=3&flush=true", "two")
			}
			return s.do(t, http.MethodPost, "/f?op=APPEND", "two")
		}
		got := write()
		require.Equal(t, codes[s.profile], got.Status, got.Body)
		require.Panics(t, func() { s.lake.HoldLease("/f") })
		release()
		release()
		require.Less(t, write().Status, 300)
		data, _ := s.lake.ReadFile("/f")
		require.Equal(t, "onetwo", string(data))
	})
}

// A file that is being written to is empty, and nobody else's.
func TestLakeOpenFiles(t *testing.T) {
	t.Parallel()
	onProfiles(t, []azuretest.Profile{azuretest.Hadoop, azuretest.HttpFS, azuretest.Knox}, func(t *testing.T, s lakeSide) {
		t.Helper()
		first := s.once(t, http.MethodPut, s.url("/f?op=CREATE"), "")
		slow := newSlowBody()
		done := make(chan int)
		go func() {
			defer close(done)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, first.Header.Get("Location"), slow)
			if err != nil {
				return
			}
			req.Header.Set("Content-Type", "application/octet-stream")
			req.Header.Set("Authorization", "Bearer "+s.token())
			if resp, err := s.client.Do(req); err == nil {
				done <- resp.StatusCode
				resp.Body.Close()
			}
		}()
		slow.Write("hello")
		require.Eventually(t, func() bool { return len(s.lake.Names("/")) == 1 }, 5*time.Second, time.Millisecond)
		require.InDelta(t, 0, s.stat(t, "/f").At(t, "FileStatus", "length"), 0)
		got := s.do(t, http.MethodPost, "/f?op=APPEND", "x")
		require.Contains(t, []string{"AlreadyBeingCreatedException", "RemoteException"}, got.exception(t))
		require.Contains(t, got.Body, "lease")
		slow.Close()
		require.Equal(t, http.StatusCreated, <-done)
		require.InDelta(t, 5, s.stat(t, "/f").At(t, "FileStatus", "length"), 0)
	})
}

// An append of Gen2 that is cut leaves nothing, one whose answer is lost all; both can
// be sent again.
func TestGen2CutAppends(t *testing.T) {
	t.Parallel()
	for cut, arrives := range map[int64]bool{3: false, -1: true} {
		s := newLake(t, azuretest.Gen2)
		s.lake.WriteFile("/f", nil)
		s.srv.Fail(azuretest.Fault{Operation: "datalake.append", CutAfter: cut})
		_, err := s.try(t, http.MethodPatch, s.lake.URL()+"/f?action=append&position=0", "hello")
		require.Error(t, err)
		require.Equal(t, arrives, s.gen2(t, "PATCH /f?action=flush&position=5&retainUncommittedData=true", "").Status == 200)
		s.lake.WriteFile("/f", nil)
		require.Equal(t, 202, s.gen2(t, "PATCH /f?action=append&position=0&flush=true", "hello").Status)
		data, _ := s.lake.ReadFile("/f")
		require.Equal(t, "hello", string(data))
	}
}
