package interop_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

var update = flag.Bool("update", false, "write what the real Hadoop answers to testdata/hadoop")

// realHadoop reports whether there is a real Hadoop, started by hadoop/run.sh. Then
// not to reach it is a failure; there is no skipping.
func realHadoop() bool { return os.Getenv("KEYLESS_HADOOP") == "1" }

// wireStep is one request, with its second step if it has one.
type wireStep struct {
	do   string // method, path below the group's directory, query; @ is that directory
	data string // what the second step sends
	as   string // user; hdfs, the superuser, if empty
	only bool   // the first step only
	kind string // Content-Type; application/octet-stream if empty

	// notGateway keeps it from HttpFS, which runs into a null pointer in the middle of a
	// call. The thread remembers that call and fails all later ones.
	notGateway bool
}

// wireResult is what a server answers, without what differs from run to run.
type wireResult struct {
	Do        string `json:"do"`
	Status    int    `json:"status"`
	Type      string `json:"type,omitempty"`
	Exception string `json:"exception,omitempty"`
	Class     string `json:"class,omitempty"`
	Location  string `json:"location,omitempty"`
	Body      any    `json:"body,omitempty"`
}

// wireServer is a server to be asked.
type wireServer struct {
	base    string // URL of the files
	client  *http.Client
	gateway bool                     // it is HttpFS
	token   func(user string) string // nil: users say who they are
}

func emulated(t *testing.T, profile azuretest.Profile) wireServer {
	t.Helper()
	srv := azuretest.New(t)
	lake := srv.DataLake("wire", profile)
	lake.Mkdir("/tmp")
	return wireServer{lake.URL(), patient(srv.Client()), profile == azuretest.HttpFS, nil}
}

// patient returns a client that follows no redirect.
func patient(client *http.Client) *http.Client {
	c := *client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// TestHadoopWire asks the emulator and a real Hadoop the same. Without one at hand, what
// it has answered before stands for it.
func TestHadoopWire(t *testing.T) {
	t.Parallel()
	servers := map[string]struct {
		profile azuretest.Profile
		real    string
	}{
		"namenode": {azuretest.Hadoop, "http://127.0.0.1:9870/webhdfs/v1"},
		"httpfs":   {azuretest.HttpFS, "http://127.0.0.1:14000/webhdfs/v1"},
	}
	for name, server := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join("testdata", "hadoop", name+".json")
			known := readGolden(t, file)
			if realHadoop() {
				now := map[string][]wireResult{}
				there := wireServer{server.real, patient(&http.Client{}), name == "httpfs", nil}
				for group, steps := range wireGroups() {
					now[group] = there.run(t, name+"-"+group, steps)
				}
				if *update {
					writeGolden(t, file, now)
				} else {
					require.Equal(t, known, asRead(t, now), "Hadoop answers otherwise than when testdata was written")
				}
				known = asRead(t, now)
			}
			here := emulated(t, server.profile)
			for group, steps := range wireGroups() {
				t.Run(group, func(t *testing.T) {
					same(t, known[group], here.run(t, name+"-"+group, steps))
				})
			}
		})
	}
}

// same compares what Hadoop and the emulator have answered.
func same(t *testing.T, known, got []wireResult) {
	t.Helper()
	require.Len(t, got, len(known))
	got = asRead(t, map[string][]wireResult{"": got})[""]
	for i, want := range known {
		if asJSON(want) != asJSON(got[i]) {
			t.Errorf("azuretest is wrong\nHadoop    %s\nazuretest %s", asJSON(want), asJSON(got[i]))
		}
	}
}

func readGolden(t *testing.T, file string) map[string][]wireResult {
	t.Helper()
	data, err := os.ReadFile(file)
	if os.IsNotExist(err) && *update {
		return nil
	}
	require.NoError(t, err)
	var known map[string][]wireResult
	require.NoError(t, json.Unmarshal(data, &known))
	return known
}

// writeGolden writes a line for every answer.
func writeGolden(t *testing.T, file string, results map[string][]wireResult) {
	t.Helper()
	data, err := json.Marshal(results)
	require.NoError(t, err)
	data = bytes.ReplaceAll(data, []byte(`{"do":`), []byte("\n"+`{"do":`))
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o750))
	require.NoError(t, os.WriteFile(file, append(data, '\n'), 0o600))
}

// asRead makes results comparable with those that were read from a file.
func asRead(t *testing.T, results map[string][]wireResult) map[string][]wireResult {
	t.Helper()
	data, err := json.Marshal(results)
	require.NoError(t, err)
	var out map[string][]wireResult
	require.NoError(t, json.Unmarshal(data, &out))
	return out
}

// run sends the steps of a group, in a directory of its own.
func (s wireServer) run(t *testing.T, group string, steps []wireStep) []wireResult {
	t.Helper()
	dir := "/tmp/wire-" + group
	s.clean(t, dir)
	s.step(t, dir, wireStep{do: "PUT ?op=MKDIRS&permission=777"})
	s.step(t, dir, wireStep{do: "PUT ?op=SETPERMISSION&permission=777"})
	var results []wireResult
	for _, step := range steps {
		if step.notGateway && s.gateway {
			continue
		}
		results = append(results, s.step(t, dir, step))
	}
	return results
}

// clean removes what an earlier run has left, with its snapshots.
func (s wireServer) clean(t *testing.T, dir string) {
	t.Helper()
	var list struct {
		FileStatuses struct {
			FileStatus []struct{ PathSuffix string }
		}
	}
	send := func(method, rest string) []byte {
		_, _, body := s.send(t, method, s.address(dir, rest, ""), "", "", "")
		return body
	}
	body := send(http.MethodGet, "/snap/.snapshot?op=LISTSTATUS")
	if json.Unmarshal(body, &list) == nil {
		for _, one := range list.FileStatuses.FileStatus {
			send(http.MethodDelete, "/snap?op=DELETESNAPSHOT&snapshotname="+one.PathSuffix)
		}
	}
	send(http.MethodDelete, "?op=DELETE&recursive=true")
}

// step sends one request, and the second step if there is one.
func (s wireServer) step(t *testing.T, dir string, step wireStep) wireResult {
	t.Helper()
	method, rest, _ := strings.Cut(step.do, " ")
	address := s.address(dir, rest, step.as)
	kind := step.kind
	if kind == "" {
		kind = "application/octet-stream"
	}
	status, header, body := s.send(t, method, address, step.as, "", kind)
	if next := header.Get("Location"); status == http.StatusTemporaryRedirect && !step.only {
		status, header, body = s.send(t, method, next, step.as, step.data, kind)
	}
	return normalResult(step.do, dir, s.base, status, header, body)
}

func (s wireServer) address(dir, rest, user string) string {
	if user == "" {
		user = "hdfs"
	}
	path, query, _ := strings.Cut(strings.ReplaceAll(rest, "@", dir), "?")
	switch {
	case strings.HasPrefix(path, "!"):
		path = path[1:]
	default:
		path = dir + path
	}
	if user != "nobody" && s.token == nil {
		query += "&user.name=" + user
	}
	return s.base + path + "?" + query
}

// send sends a request.
func (s wireServer) send(t *testing.T, method, address, user, data, kind string) (int, http.Header, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(data))
	require.NoError(t, err)
	if data == "" {
		req.Body = http.NoBody
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if s.token != nil {
		req.Header.Set("Authorization", "Bearer "+s.token(user))
	}
	resp, err := s.client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, resp.Header, body
}

// hostOf returns scheme, host and port of a URL.
func hostOf(t string) string {
	u, err := url.Parse(t)
	if err != nil {
		return t
	}
	return u.Scheme + "://" + u.Host
}
