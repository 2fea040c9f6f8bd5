//go:build !windows

package main_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	main "github.com/keyless-go/azure/azuretest/azurelocal"
)

// asProgram makes this test's binary be the program.
const asProgram = "AZURELOCAL_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main.Main()
		return
	}
	os.Exit(m.Run())
}

// launch starts a process and returns how long it took until it was ready.
func launch(t *testing.T, args ...string) (*exec.Cmd, *bufio.Scanner, time.Duration) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	began := time.Now()
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "# ready in ") {
			return cmd, lines, time.Since(began)
		}
	}
	require.FailNow(t, "the process has ended", "%v", cmd.Wait())
	return nil, nil, 0
}

// TestReady measures from the process's start. The machine may be busy with other tests:
// the best of several starts counts.
func TestReady(t *testing.T) {
	const promised = 150 * time.Millisecond
	best := time.Hour
	for range 20 {
		cmd, _, took := launch(t, "-sql=off")
		best = min(best, took)
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
		require.NoError(t, cmd.Wait())
		if best < promised/2 {
			break
		}
	}
	t.Logf("ready after %s", best)
	require.Less(t, best, promised)
}

func TestSignals(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			cmd, lines, _ := launch(t)
			require.NoError(t, cmd.Process.Signal(signal))
			require.False(t, lines.Scan(), "there is nothing to say: %s", lines.Text())
			require.NoError(t, cmd.Wait(), "exit code 0")
		})
	}
}
