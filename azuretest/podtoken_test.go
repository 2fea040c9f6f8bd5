package azuretest_test

import (
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestPodTokenIsKeptNew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		first := podForm(t, srv)
		time.Sleep(azuretest.PodTokenLife - time.Second)
		require.Equal(t, http.StatusOK, askEntra(t, srv, first).Status, "a replaced one is good to its end")
		time.Sleep(time.Second)
		require.Equal(t, []any{700024.0}, askEntra(t, srv, first).At(t, "error_codes"))
	})
}

// Nobody asks for the environment again, and yet the file is new.
func TestPodTokenFileIsReplaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		file := srv.Environment("workloadidentity")["AZURE_FEDERATED_TOKEN_FILE"]
		read := func() string {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			return string(data)
		}
		first := read()
		time.Sleep(azuretest.PodTokenLife*4/5 - time.Second)
		require.Equal(t, first, read())
		time.Sleep(2 * time.Second)
		second := read()
		require.NotEqual(t, first, second)
		srv.Advance(24 * time.Hour)
		require.NotEqual(t, second, read())
		time.Sleep(48*time.Hour + time.Second) // not at the very moment of a replacement
		require.InDelta(t, srv.Now().Add(azuretest.PodTokenLife).Unix(), claimsOf(t, read())["exp"], azuretest.PodTokenLife.Seconds())
	})
}

func TestPodTokenFileIsRemoved(t *testing.T) {
	t.Parallel()
	srv, err := azuretest.Start()
	require.NoError(t, err)
	file := srv.Environment("WorkloadIdentity")["AZURE_FEDERATED_TOKEN_FILE"]
	require.Equal(t, file, srv.Environment("WorkloadIdentity")["AZURE_FEDERATED_TOKEN_FILE"])
	require.FileExists(t, file)
	require.NoError(t, srv.Close())
	require.NoFileExists(t, file)
	srv.Advance(time.Hour)
	require.NoFileExists(t, file)
}
