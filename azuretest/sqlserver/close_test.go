package sqlserver_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
)

// TestCloseEndsTheSocket: whoever comes first, the listener is closed once, and nobody
// complains.
func TestCloseEndsTheSocket(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	for range 20 {
		server, err := sqlserver.Start(srv)
		require.NoError(t, err)
		addr := server.Addr()
		require.NoError(t, server.Close())
		_, err = (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
		require.Error(t, err)
	}
}
