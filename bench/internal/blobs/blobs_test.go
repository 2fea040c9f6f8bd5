package blobs_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/bench/internal/blobs"
)

const size = 20<<20 + 1 // of several blocks, whoever cuts them

func TestContendersMoveAllOfABlob(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(blobs.NewService(size))
	t.Cleanup(server.Close)
	contenders, err := blobs.Contenders(server.URL)
	require.NoError(t, err)
	for _, contender := range contenders {
		for _, operation := range blobs.Operations() {
			require.Error(t, operation.Run(t.Context(), contender, size-1), "%s: %s", contender.Name, operation.Name)
			require.NoError(t, operation.Run(t.Context(), contender, size), "%s: %s", contender.Name, operation.Name)
		}
	}
}
