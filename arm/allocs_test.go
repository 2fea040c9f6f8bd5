package arm_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// Reading the JSON alone takes 24 allocations, the answer 7.
const (
	largeGroup = `{"id":"/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups/DevTest","name":"DevTest",` +
		`"type":"Microsoft.Resources/resourceGroups","location":"westus","managedBy":"/subscriptions/98f51385",` +
		`"tags":{"env":"dev","owner":"x","cost":"1","team":"y"},"properties":{"provisioningState":"Succeeded"}}`
	maxAllocs = 72
)

// AllocsPerRun counts those of all goroutines: this test does not run beside others.
func TestGetAllocatesLittle(t *testing.T) {
	client, _ := newClient(t, always(http.StatusOK, largeGroup, "Content-Type", "application/json"))
	ctx := t.Context()
	get := func() {
		_, err := client.Get(ctx, "DevTest")
		require.NoError(t, err)
	}
	get()
	require.LessOrEqual(t, testing.AllocsPerRun(200, get), float64(maxAllocs))
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
