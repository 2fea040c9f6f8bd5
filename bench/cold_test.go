package main_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/bench/internal/peers"
)

func TestTableStampede(t *testing.T) {
	table := peers.Table{
		Title: "Cold start",
		Note:  "Callers ask for the first token at once; IMDS takes 50 ms. (IMDS serves 20 requests per second and 5 at once; here it has no limit.)",
		Head:  []string{"", "callers", "IMDS requests", "failed"},
	}
	for _, c := range peers.Contenders() {
		for _, n := range []int{1, 100, 1000, 10_000} {
			requests, result := stampede(t, c, n, false)
			if c.Ours {
				require.Equal(t, 1, requests)
				require.Zero(t, result.failed)
				require.Equal(t, 50*time.Millisecond, result.worst)
			}
			table.Add(c.Name, n, requests, result.failed)
		}
	}
	publish(t, &table)
}

func TestTableThrottledStampede(t *testing.T) {
	table := peers.Table{
		Title: "Cold start, IMDS with its limits",
		Note:  "The same, and past 20 requests per second or 5 at once IMDS answers 429.",
		Head:  []string{"", "callers", "IMDS requests", "failed", "last caller served after"},
	}
	for _, c := range peers.Contenders() {
		for _, n := range []int{10, 100, 1000} {
			requests, result := stampede(t, c, n, true)
			if c.Ours {
				require.Equal(t, 1, requests)
				require.Zero(t, result.failed)
			}
			table.Add(c.Name, n, requests, result.failed, short(result.worst))
		}
	}
	publish(t, &table)
}

func stampede(t *testing.T, c peers.Contender, n int, limited bool) (requests int, result tally) {
	t.Helper()
	result = play(t, c, func(s scene) tally {
		s.SetPlatformCache(true) // signing is slow, and not what is measured
		s.LimitIMDS(limited)
		s.Fail(azuretest.Fault{Operation: "imds.token", Times: -1, Delay: 50 * time.Millisecond})
		all := newCallers(n)
		for range n {
			all.start(s.t.Context(), s.call)
		}
		sum := all.wait()
		requests = s.SentInAll()
		return sum
	})
	return requests, result
}
