package credential_test

import (
	"os"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

func TestArcKeyDirectory(t *testing.T) {
	t.Parallel()
	require.Equal(t, "/var/opt/azcmagent/tokens", credential.ArcKeyDirectory())
}

// TestArcKeyWithoutPermission says which group to join.
func TestArcKeyWithoutPermission(t *testing.T) {
	t.Parallel()
	_, file := keyFolder(t, "key")
	asNobody(t, func() {
		_, err := credential.ReadArcKey(file)
		require.ErrorIs(t, err, os.ErrPermission)
		require.ErrorContains(t, err, "group himds")
	})
}

// asNobody runs f on a thread that may open nobody's files, root's neither.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		_, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, 65534, 0, 0)
		f()
	}()
	<-done
}
