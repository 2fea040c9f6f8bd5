package main_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/bench/internal/peers"
)

func TestTableHerd(t *testing.T) {
	table := peers.Table{
		Title: "No token and no IMDS",
		Note:  "100 callers at once after expiry, without deadlines of their own.",
		Head:  []string{"IMDS", "", "first error after", "last error after", "IMDS requests"},
	}
	imds := []trouble{
		{"500", func(a *peers.Azure) { a.Fail(azuretest.Fault{Operation: "imds.token", Times: -1, Status: 500}) }},
		{"hangs", func(a *peers.Azure) {
			a.Fail(azuretest.Fault{Operation: "imds.token", Times: -1, Delay: 24 * time.Hour})
		}},
		{"400 after 0.1 s", func(a *peers.Azure) {
			a.Fail(azuretest.Fault{Operation: "imds.token", Times: -1, Status: 400, Delay: 100 * time.Millisecond})
		}},
	}
	for _, trouble := range imds {
		for _, c := range peers.Contenders() {
			r := herd(t, c, trouble)
			require.Equal(t, 100, r.sum.failed)
			if c.Ours {
				require.LessOrEqual(t, r.last, 90*time.Second)
				require.LessOrEqual(t, r.requests, 16)
			}
			table.Add(trouble.name, c.Name, short(r.first), short(r.last), r.requests)
		}
	}
	publish(t, &table)
}

type stampeded struct {
	sum         tally
	first, last time.Duration // from the start
	requests    int
}

func herd(t *testing.T, c peers.Contender, what trouble) stampeded {
	t.Helper()
	return play(t, c, func(s scene) stampeded {
		expiry := s.warm(time.Hour)
		what.cause(s.Azure)
		time.Sleep(time.Until(expiry) + time.Second)
		start, before := time.Now(), s.SentInAll()
		all := newCallers(100)
		for range 100 {
			all.start(s.t.Context(), s.call)
		}
		sum := all.wait()
		return stampeded{sum: sum, first: sum.first.Sub(start), last: sum.last.Sub(start), requests: s.SentInAll() - before}
	})
}

func TestTableCancellation(t *testing.T) {
	table := peers.Table{
		Title: "One of 100 callers leaves after 0.1 s",
		Note:  "Nobody has a token; IMDS takes 0.4 s.",
		Head:  []string{"", "who leaves", "returns after", "others failed", "last of them served after", "IMDS requests"},
	}
	for _, c := range peers.Contenders() {
		for _, who := range []string{"the first", "a later one"} {
			r := cancellation(t, c, who == "the first")
			if c.Ours {
				require.Equal(t, 100*time.Millisecond, r.leaver)
				require.Zero(t, r.others.failed)
				require.Equal(t, 400*time.Millisecond, r.others.worst)
				require.Equal(t, 1, r.requests)
			}
			table.Add(c.Name, who, short(r.leaver), of(r.others.failed, r.others), short(r.others.worst), r.requests)
		}
	}
	publish(t, &table)
}

type departure struct {
	leaver   time.Duration
	others   tally
	requests int
}

func cancellation(t *testing.T, c peers.Contender, first bool) departure {
	t.Helper()
	return play(t, c, func(s scene) departure {
		s.Fail(azuretest.Fault{Operation: "imds.token", Times: -1, Delay: 400 * time.Millisecond})
		leaving, others := newCallers(1), newCallers(99)
		ctx, cancel := context.WithTimeout(s.t.Context(), 100*time.Millisecond)
		defer cancel()
		if first {
			leaving.start(ctx, s.call)
			synctest.Wait() // its request is on its way
		}
		for range 99 {
			others.start(s.t.Context(), s.call)
		}
		if !first {
			synctest.Wait()
			leaving.start(ctx, s.call)
		}
		return departure{leaver: leaving.wait().worst, others: others.wait(), requests: s.SentInAll()}
	})
}
