//go:build unix

package credential_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

func TestArcKeyIsNoLink(t *testing.T) {
	t.Parallel()
	directory, file := keyFolder(t, "key")
	link := filepath.Join(directory, "link.key")
	require.NoError(t, os.Symlink(file, link))
	_, err := credential.ReadArcKey(link)
	require.ErrorIs(t, err, syscall.ELOOP)
}

// TestArcKeyIsNoPipe: to open one would wait for whoever writes to it.
func TestArcKeyIsNoPipe(t *testing.T) {
	t.Parallel()
	directory, _ := keyFolder(t, "key")
	pipe := filepath.Join(directory, "pipe.key")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	done := make(chan error, 1)
	go func() {
		_, err := credential.ReadArcKey(pipe)
		done <- err
	}()
	select {
	case err := <-done:
		require.ErrorContains(t, err, "not a file")
	case <-time.After(5 * time.Second):
		t.Fatal("it waits for the pipe's other end")
	}
}

// systemsArcTests are those of this system.
func systemsArcTests() []func(*testing.T) {
	return []func(*testing.T){TestArcKeyIsNoLink, TestArcKeyIsNoPipe}
}
