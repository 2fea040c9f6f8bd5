package interop_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/interop/hadoop/bearerproxy"
)

// TestHadoopWireGateway asks the same with bearer tokens: the emulator's Knox, and the
// proxy in front of a real Hadoop. Both answer as the name node does.
func TestHadoopWireGateway(t *testing.T) {
	t.Parallel()
	known := readGolden(t, filepath.Join("testdata", "hadoop", "namenode.json"))
	servers := map[string]wireServer{"azuretest": knox(t)}
	if realHadoop() {
		servers["proxy"] = proxied(t)
	}
	for name, server := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for group, steps := range wireGroups() {
				switch group {
				case "users", "redirects": // they are about what the gateway hides
					continue
				}
				t.Run(group, func(t *testing.T) {
					same(t, withoutLocation(known[group]), withoutLocation(server.run(t, "gateway-"+group, steps)))
				})
			}
		})
	}
}

func knox(t *testing.T) wireServer {
	t.Helper()
	srv := azuretest.New(t)
	lake := srv.DataLake("wire", azuretest.Knox)
	lake.Mkdir("/tmp")
	token := func(user string) string {
		if user == "" {
			user = "hdfs"
		}
		return srv.AddUserIdentity(user).Token("api://wire", time.Hour)
	}
	return wireServer{lake.URL(), patient(srv.Client()), false, token}
}

func proxied(t *testing.T) wireServer {
	t.Helper()
	cluster, err := url.Parse("http://127.0.0.1:9870")
	require.NoError(t, err)
	proxy, err := bearerproxy.New(cluster, func(token string) (string, bool) { return token, token != "" }, &http.Transport{})
	require.NoError(t, err)
	ts := httptest.NewTLSServer(proxy)
	t.Cleanup(ts.Close)
	token := func(user string) string {
		if user == "" {
			return "hdfs"
		}
		return user
	}
	return wireServer{ts.URL + bearerproxy.Path, patient(ts.Client()), false, token}
}

// withoutLocation drops the cluster's own address, which a gateway hides.
func withoutLocation(results []wireResult) []wireResult {
	var out []wireResult
	for _, r := range results {
		r.Location = ""
		out = append(out, r)
	}
	return out
}
