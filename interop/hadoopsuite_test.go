package interop_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/interop/hadoop/bearerproxy"
)

const (
	nameNode = "http://127.0.0.1:9870"
	httpFS   = "http://127.0.0.1:14000"
	control  = "http://127.0.0.1:9899" // stops and starts the data node
)

// suiteTarget is a server that package datalake's own tests are run on: its
// realTarget.
type suiteTarget struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Endpoint string `json:"endpoint"`
	Dir      string `json:"dir"`
	User     string `json:"user,omitempty"`
	Metadata string `json:"metadata,omitempty"`
	Scope    string `json:"scope,omitempty"`
	Roots    string `json:"roots,omitempty"`
	Control  string `json:"control,omitempty"`
}

// suiteTargets are a gateway in front of the emulator's Hadoop; and, if there is a
// real one, its name node, HttpFS, and gateways in front of both.
func suiteTargets(t *testing.T) []suiteTarget {
	t.Helper()
	srv := azuretest.New(t)
	lake := srv.DataLake("cluster", azuretest.Hadoop)
	lake.Mkdir("/tmp")
	lake.Chmod("/tmp", 0o777)
	targets := []suiteTarget{newGateway(t, srv, "emulated", strings.TrimSuffix(lake.URL(), "/webhdfs/v1"), srv.Client().Transport)}
	if realHadoop() {
		for _, target := range []suiteTarget{
			{Name: "namenode", Kind: "Hadoop", Endpoint: nameNode + "/webhdfs/v1", User: "alice", Dir: "/tmp"},
			{Name: "httpfs", Kind: "HttpFS", Endpoint: httpFS + "/webhdfs/v1", User: "alice", Dir: "/tmp"},
			newGateway(t, srv, "gateway", nameNode, &http.Transport{}),
			newGateway(t, srv, "gateway-httpfs", httpFS, &http.Transport{}),
		} {
			target.Control = control
			targets = append(targets, target)
		}
	}
	return targets
}

// newGateway starts a gateway over TLS. It lets in whoever has a token of the
// emulator's for it, which managed identities get from the emulator's instance
// metadata service, here on the loopback.
func newGateway(t *testing.T, srv *azuretest.Server, name, cluster string, way http.RoundTripper) suiteTarget {
	t.Helper()
	const audience = "https://datalake.azure.net/"
	behind, err := url.Parse(cluster)
	require.NoError(t, err)
	proxy, err := bearerproxy.New(behind, func(token string) (string, bool) {
		id, _, err := srv.Authenticate(token, audience)
		if err != nil {
			return "", false
		}
		return id.Name(), true
	}, way)
	require.NoError(t, err)
	front := httptest.NewTLSServer(proxy)
	t.Cleanup(front.Close)
	metadata := httptest.NewServer(&httputil.ReverseProxy{
		Transport: srv.Client().Transport,
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "169.254.169.254"}) },
	})
	t.Cleanup(metadata.Close)
	roots := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: front.Certificate().Raw})
	return suiteTarget{
		Name: name, Kind: "Knox", Endpoint: front.URL + bearerproxy.Path, Dir: "/tmp",
		Metadata: metadata.URL, Scope: audience + "/.default", Roots: string(roots),
	}
}

// TestHadoopConformance runs on other servers what the emulator's five profiles
// pass: the tests of package datalake that are called TestConformance….
func TestHadoopConformance(t *testing.T) {
	t.Parallel()
	targets := suiteTargets(t)
	passed := runSuite(t, "^TestConformance", targets)
	for _, target := range targets {
		require.Greater(t, passed[target.Name], 45, "the tests of %s have run", target.Name)
	}
}

// TestHadoopWithoutItsDataNode takes the data node away in the midst of uploads and
// downloads. Until it has ended no test that runs in parallel has begun.
func TestHadoopWithoutItsDataNode(t *testing.T) { //nolint:paralleltest // see above
	if !realHadoop() {
		return // the emulator has no data node to take away: TestUploadIsCutAnywhere of package datalake cuts its connections
	}
	targets := slices.DeleteFunc(suiteTargets(t), func(target suiteTarget) bool { return target.Control == "" })
	passed := runSuite(t, "^TestDataNodeIsKilled$", targets)
	for _, target := range targets {
		require.Equal(t, 1, passed[target.Name], target.Name)
	}
}

// runSuite runs tests of package datalake on the targets, and counts by target those
// that passed.
func runSuite(t *testing.T, tests string, targets []suiteTarget) map[string]int {
	t.Helper()
	list, err := json.Marshal(targets)
	require.NoError(t, err)
	var names []string
	for _, target := range targets {
		names = append(names, target.Name)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-json", "-race", "-count=1", "-timeout=10m",
		"-run", tests+"/^("+strings.Join(names, "|")+")$", "github.com/keyless-go/azure/datalake")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it ends its own children then
	cmd.WaitDelay = time.Minute
	cmd.Env = append(os.Environ(), "DATALAKE_TARGETS="+string(list))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	passed, said := readSuite(out.Bytes())
	require.NoError(t, err, said)
	return passed
}

// readSuite reads what go test -json says: how many tests of each target passed, and
// the output of those that failed.
func readSuite(events []byte) (passed map[string]int, failed string) {
	passed = map[string]int{}
	said := map[string]string{}
	for line := range bytes.Lines(events) {
		var event struct{ Action, Test, Output string }
		if json.Unmarshal(line, &event) != nil {
			failed += string(line) // go itself, before any test
			continue
		}
		switch event.Action {
		case "output", "build-output":
			said[event.Test] += event.Output
		case "fail":
			failed += said[event.Test]
		case "pass":
			if _, target, ok := strings.Cut(event.Test, "/"); ok {
				passed[target]++
			}
		}
	}
	return passed, failed
}
