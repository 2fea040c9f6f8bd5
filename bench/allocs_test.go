package main_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/bench/internal/peers"
)

// AllocsPerRun counts those of all goroutines: this test does not run beside others.
func TestGetOfAGroupAllocatesLittle(t *testing.T) {
	readers, err := peers.GroupReaders()
	require.NoError(t, err)
	found := map[string]float64{}
	for _, reader := range readers {
		found[reader.Name] = testing.AllocsPerRun(200, func() {
			got, err := reader.Read(t.Context())
			require.NoError(t, err)
			require.Equal(t, reader.Want, got)
		})
	}
	require.LessOrEqual(t, found["this library"], 72.0)
	require.Less(t, found["this library"], found["azcore by hand"])
	require.Less(t, found["azcore by hand"], found["armresources"])
}

func TestSASInHandAllocatesNothing(t *testing.T) {
	azure, err := peers.StartAzure()
	require.NoError(t, err)
	defer azure.Close()
	signers, err := peers.Signers(t.Context(), azure)
	require.NoError(t, err)
	for _, signer := range signers {
		require.Zero(t, testing.AllocsPerRun(200, func() {
			_, err := signer.SAS(t.Context())
			require.NoError(t, err)
		}), signer.Name)
	}
}

func TestOpeningADatabaseAllocatesLittle(t *testing.T) {
	d, err := peers.StartDatabases()
	require.NoError(t, err)
	defer func() { require.NoError(t, d.Close()) }()
	var found []float64
	for _, opener := range d.Openers() {
		found = append(found, testing.AllocsPerRun(50, func() {
			got, err := opener.Read(t.Context())
			require.NoError(t, err)
			require.Equal(t, opener.Want, got)
		}))
	}
	require.LessOrEqual(t, found[1], 1.1*found[0])
}
