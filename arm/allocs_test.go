package arm_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// maxAllocs is what a Get may allocate, beside what the transport does.
const maxAllocs = 72

func TestGetAllocatesLittle(t *testing.T) { //nolint:paralleltest // AllocsPerRun counts those of all goroutines
	client, _ := newClient(t, func(*http.Request) (*http.Response, error) {
		return answer(http.StatusOK, devTest, "Content-Type", "application/json"), nil
	})
	ctx := t.Context()
	get := func() {
		_, err := client.Get(ctx, "DevTest")
		require.NoError(t, err)
	}
	get()
	allocs := testing.AllocsPerRun(200, get)
	t.Logf("%.0f allocations", allocs)
	require.LessOrEqual(t, allocs, float64(maxAllocs))
}

func BenchmarkGet(b *testing.B) {
	client, _ := newClient(b, always(http.StatusOK, devTest, "Content-Type", "application/json"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.Get(b.Context(), "DevTest"); err != nil {
			b.Fatal(err)
		}
	}
}
