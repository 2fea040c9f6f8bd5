package main_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/bench/internal/peers"
)

func TestTableRefresh(t *testing.T) {
	table := peers.Table{
		Title: "Renewal",
		Note:  "One caller per second; renewing takes IMDS 5 s. (This library's time has jitter.)",
		Head:  []string{"", "token lives", "renewed before expiry", "IMDS requests", "callers that waited", "longest wait"},
	}
	for _, c := range peers.Contenders() {
		for _, life := range []time.Duration{time.Hour, 24 * time.Hour} {
			r := renewal(t, c, life)
			require.Zero(t, r.failed)
			if c.Ours {
				require.Equal(t, 1, r.requests)
				require.Zero(t, r.waited)
			}
			table.Add(c.Name, fmt.Sprintf("%.0f h", life.Hours()), long(r.before), r.requests, r.waited, short(r.worst))
		}
	}
	publish(t, &table)
}

// long writes a duration in minutes or hours.
func long(d time.Duration) string {
	if d < 2*time.Hour {
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}

type renewed struct {
	tally

	before   time.Duration // expiry
	requests int
}

// renewal calls from when a third of the token's life is spent until half a minute
// after it is being renewed, or until it has expired.
func renewal(t *testing.T, c peers.Contender, life time.Duration) renewed {
	t.Helper()
	return play(t, c, func(s scene) renewed {
		expiry := s.warm(life)
		s.Fail(azuretest.Fault{Operation: "imds.token", Times: -1, Delay: 5 * time.Second})
		time.Sleep(life / 3)
		all := newCallers(int(life / time.Second))
		for time.Now().Before(expiry) && (s.SentInAll() == 1 || time.Since(s.SentAt(1)) < 30*time.Second) {
			all.start(s.t.Context(), s.call)
			time.Sleep(time.Second)
		}
		return renewed{tally: all.wait(), before: expiry.Sub(s.SentAt(1)), requests: s.SentInAll() - 1}
	})
}
