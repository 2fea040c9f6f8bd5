package interop_test

import (
	"encoding/json"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
)

// tediousWorld is what check.js is told.
type tediousWorld struct {
	Host          string `json:"host"`
	Port          int    `json:"port"`
	Database      string `json:"database"`
	CA            string `json:"ca"`
	Admin         string `json:"admin"`
	Machine       string `json:"machine"`
	UserAssigned  string `json:"userAssigned"`
	Expired       string `json:"expired"`
	OtherAudience string `json:"otherAudience"`
}

// TestTedious holds the emulator against the driver of Node.js, over a socket. It
// needs node and npm, and fails without them.
func TestTedious(t *testing.T) {
	t.Parallel()
	dir := installPackages(t, "tedious")
	srv := azuretest.New(t)
	server := sqlserver.New(t, srv)
	host, port, err := net.SplitHostPort(server.Addr())
	require.NoError(t, err)
	number, err := strconv.Atoi(port)
	require.NoError(t, err)
	machine := srv.SystemIdentity()
	input, err := json.Marshal(tediousWorld{
		Host: host, Port: number, Database: sqlserver.Database,
		CA:            string(authority(t, srv)),
		Admin:         srv.SignedInUser().Token(sqlResource, time.Hour),
		Machine:       machine.Token(strings.TrimSuffix(sqlResource, "/"), time.Hour),
		UserAssigned:  srv.AddUserIdentity("my-identity").Token(sqlResource, time.Hour),
		Expired:       machine.Token(sqlResource, -time.Minute),
		OtherAudience: machine.Token("https://vault.azure.net", time.Hour),
	})
	require.NoError(t, err)
	runChecks(t, 14, runIn(t, dir, input, "node", "check.js"))
}
