package interop_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
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
	dir := installTedious(t)
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
	out := runIn(t, dir, input, "node", "check.js")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.GreaterOrEqual(t, len(lines), 14, out)
	for _, line := range lines {
		name, ok := strings.CutPrefix(line, "ok ")
		t.Run(name, func(t *testing.T) { require.True(t, ok, line) })
	}
}

// installTedious installs what package-lock.json pins into a temporary directory.
func installTedious(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "check.js"} {
		data, err := os.ReadFile(filepath.Join("tedious", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	runIn(t, dir, nil, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline")
	return dir
}

// runIn runs a program and returns its output; what it says on the way is in the
// failure if it fails without any.
func runIn(t *testing.T, dir string, input []byte, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(input)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err := cmd.Run()
	if !strings.Contains(out.String(), "\nfailed ") && !strings.HasPrefix(out.String(), "failed ") {
		require.NoError(t, err, "%s: %s%s", program, out.String(), problems.String())
	}
	return out.String()
}
