package main_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/bench/internal/peers"
)

func BenchmarkGetTokenCached(b *testing.B) {
	for _, n := range []int{1, 10, 100} {
		azure, err := peers.StartAzure()
		require.NoError(b, err)
		defer azure.Close()
		all, err := peers.WarmUp(b.Context(), azure, n)
		require.NoError(b, err)
		for _, warm := range all {
			b.Run(fmt.Sprintf("%s/scopes=%d/serial", warm.Name, n), warm.Serial)
			b.Run(fmt.Sprintf("%s/scopes=%d/parallel", warm.Name, n), warm.Parallel)
		}
	}
}

func BenchmarkGetSecret(b *testing.B) {
	readers, err := peers.Readers()
	require.NoError(b, err)
	for _, reader := range readers {
		b.Run(reader.Name, reader.Benchmark)
	}
}

func BenchmarkDatabase(b *testing.B) {
	d, err := peers.StartDatabases()
	require.NoError(b, err)
	defer func() { _ = d.Close() }()
	queriers, err := d.Queriers()
	require.NoError(b, err)
	for _, opener := range d.Openers() {
		b.Run("open/"+opener.Name, opener.Benchmark)
	}
	for _, querier := range queriers {
		b.Run("query/"+querier.Name, querier.Benchmark)
	}
}
