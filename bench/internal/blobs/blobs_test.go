package blobs_test

import (
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/bench/internal/blobs"
)

func TestContendersMoveAllOfABlob(t *testing.T) {
	t.Parallel()
	const size = 20<<20 + 1 // of several blocks, whoever cuts them
	server := httptest.NewServer(blobs.NewService(size))
	t.Cleanup(server.Close)
	content, short := filepath.Join(t.TempDir(), "content"), filepath.Join(t.TempDir(), "short")
	require.NoError(t, blobs.NewContent(content, size))
	require.NoError(t, blobs.NewContent(short, size-1))
	contenders, err := blobs.Contenders(server.URL)
	require.NoError(t, err)
	for _, contender := range contenders {
		for _, operation := range blobs.Operations() {
			require.NoError(t, operation.Run(t.Context(), contender, content), "%s: %s", contender.Name, operation.Name)
			require.Error(t, operation.Run(t.Context(), contender, short), "%s: %s", contender.Name, operation.Name)
		}
	}
}
