package azuretest_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestPipeCarriesMoreThanItHolds(t *testing.T) {
	t.Parallel()
	client, server := azuretest.NewPipe()
	sent := make([]byte, 1<<20)
	_, _ = rand.Read(sent)
	go func() {
		_, _ = client.Write(sent)
		client.Close()
	}()
	got, err := io.ReadAll(server)
	require.NoError(t, err)
	require.True(t, bytes.Equal(sent, got))
}

func TestPipeEnds(t *testing.T) {
	t.Parallel()
	t.Run("the peer reads what was written before", func(t *testing.T) {
		t.Parallel()
		client, server := azuretest.NewPipe()
		_, err := server.Write([]byte("bye"))
		require.NoError(t, err)
		require.NoError(t, server.Close())
		got, err := io.ReadAll(client)
		require.NoError(t, err)
		require.Equal(t, "bye", string(got))
		_, err = client.Write([]byte("too late"))
		require.ErrorIs(t, err, io.ErrClosedPipe)
	})
	t.Run("one's own end is closed", func(t *testing.T) {
		t.Parallel()
		client, _ := azuretest.NewPipe()
		require.NoError(t, client.Close())
		require.NoError(t, client.Close())
		_, err := client.Read(make([]byte, 1))
		require.ErrorIs(t, err, net.ErrClosed)
		_, err = client.Write(nil)
		require.ErrorIs(t, err, net.ErrClosed)
	})
	t.Run("a waiting writer is let go", func(t *testing.T) {
		t.Parallel()
		client, server := azuretest.NewPipe()
		done := make(chan error, 1)
		go func() {
			_, err := client.Write(make([]byte, 1<<20))
			done <- err
		}()
		_, err := io.ReadFull(server, make([]byte, 100<<10))
		require.NoError(t, err)
		server.Close()
		require.ErrorIs(t, <-done, io.ErrClosedPipe)
	})
}

func TestPipeDeadlines(t *testing.T) {
	t.Parallel()
	t.Run("read", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			client, server := azuretest.NewPipe()
			start := time.Now()
			require.NoError(t, client.SetReadDeadline(start.Add(time.Hour)))
			_, err := client.Read(make([]byte, 1))
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			require.Equal(t, time.Hour, time.Since(start))

			require.NoError(t, client.SetReadDeadline(time.Time{}))
			_, err = server.Write([]byte("x"))
			require.NoError(t, err)
			_, err = client.Read(make([]byte, 1))
			require.NoError(t, err)
		})
	})
	t.Run("write", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			client, _ := azuretest.NewPipe()
			require.NoError(t, client.SetDeadline(time.Now().Add(time.Second)))
			n, err := client.Write(make([]byte, 1<<20))
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			require.Equal(t, 64<<10, n)
		})
	})
	t.Run("past wakes a waiting reader", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			client, _ := azuretest.NewPipe()
			done := make(chan error, 1)
			go func() {
				_, err := client.Read(make([]byte, 1))
				done <- err
			}()
			synctest.Wait()
			require.NoError(t, client.SetReadDeadline(time.Unix(1, 0)))
			require.ErrorIs(t, <-done, os.ErrDeadlineExceeded)
		})
	})
	t.Run("a moved deadline does not fire", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			client, server := azuretest.NewPipe()
			require.NoError(t, client.SetReadDeadline(time.Now().Add(time.Second)))
			require.NoError(t, client.SetReadDeadline(time.Now().Add(time.Hour)))
			time.AfterFunc(time.Minute, func() { _, _ = server.Write([]byte("x")) })
			_, err := client.Read(make([]byte, 1))
			require.NoError(t, err)
			client.Close()
		})
	})
}

func TestPipeNamesItsEnds(t *testing.T) {
	t.Parallel()
	client, server := azuretest.NewPipe()
	require.Equal(t, "client:1", client.LocalAddr().String())
	require.Equal(t, "server:2", client.RemoteAddr().String())
	require.Equal(t, "client:1", server.RemoteAddr().String())
	require.Equal(t, "tcp", server.LocalAddr().Network())
}
