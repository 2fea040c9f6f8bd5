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
func launch(tb testing.TB, args ...string) (*exec.Cmd, *bufio.Scanner, time.Duration) {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(tb, err)
	began := time.Now()
	require.NoError(tb, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "# ready in ") {
			return cmd, lines, time.Since(began)
		}
	}
	require.FailNow(tb, "the process has ended", "%v", cmd.Wait())
	return nil, nil, 0
}

// BenchmarkReady measures from the process's start to the line that says so.
func BenchmarkReady(b *testing.B) {
	var total time.Duration
	for range b.N {
		cmd, _, took := launch(b, "-sql=off")
		total += took
		require.NoError(b, cmd.Process.Signal(os.Interrupt))
		require.NoError(b, cmd.Wait())
	}
	b.ReportMetric(float64(total.Milliseconds())/float64(b.N), "ms/start")
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
