package main_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/bench/internal/peers"
)

// trouble is what becomes of IMDS.
type trouble struct {
	name  string
	cause func(*peers.Azure)
}

func troubles() []trouble {
	imds := func(f azuretest.Fault) func(*peers.Azure) {
		f.Operation, f.Times = "imds.token", -1
		return func(a *peers.Azure) { a.Fail(f) }
	}
	return []trouble{
		{"takes 5 s", imds(azuretest.Fault{Delay: 5 * time.Second})},
		{"500", imds(azuretest.Fault{Status: 500})},
		{"404", imds(azuretest.Fault{Status: 404})},
		{"410", imds(azuretest.Fault{Status: 410})},
		{"429", imds(azuretest.Fault{Status: 429})},
		{"hangs", imds(azuretest.Fault{Delay: 24 * time.Hour})},
		{"refuses connections", (*peers.Azure).Refuse},
	}
}

func TestTableOutage(t *testing.T) {
	table := peers.Table{
		Title: "Outage in the last 300 s of a token's hour",
		Note:  "One caller per second until a second before expiry, then one per second for 30 s after it.",
		Head:  []string{"IMDS", "", "callers failed while the token is valid", "waited", "longest wait", "IMDS requests", "failed after expiry", "longest wait"},
	}
	for _, trouble := range troubles() {
		for _, c := range peers.Contenders() {
			r := outage(t, c, trouble)
			if c.Ours {
				require.Zero(t, r.valid.failed)
				require.Zero(t, r.valid.waited)
				require.LessOrEqual(t, r.requests, 13)
				require.LessOrEqual(t, r.expired.worst, 91*time.Second)
			}
			table.Add(trouble.name, c.Name, of(r.valid.failed, r.valid), of(r.valid.waited, r.valid), short(r.valid.worst), r.requests,
				of(r.expired.failed, r.expired), short(r.expired.worst))
		}
	}
	publish(t, &table)
}

func of(n int, in tally) string { return fmt.Sprintf("%d of %d", n, in.callers) }

type outcomes struct {
	valid, expired tally
	requests       int // while the token was valid
}

func outage(t *testing.T, c peers.Contender, what trouble) outcomes {
	t.Helper()
	return play(t, c, func(s scene) outcomes {
		expiry := s.warm(time.Hour)
		time.Sleep(time.Until(expiry) - 310*time.Second)
		what.cause(s.Azure)
		time.Sleep(10*time.Second + 500*time.Millisecond)
		valid, expired := newCallers(299), newCallers(30)
		for range 299 {
			valid.start(s.t.Context(), s.call)
			time.Sleep(time.Second)
		}
		requests := s.Sent(expiry.Add(-310*time.Second), time.Now())
		time.Sleep(time.Until(expiry))
		for range 30 {
			time.Sleep(time.Second)
			expired.start(s.t.Context(), s.call)
		}
		return outcomes{valid: valid.wait(), expired: expired.wait(), requests: requests}
	})
}
