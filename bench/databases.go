package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/keyless-go/azure/bench/internal/peers"
)

// databases compares a new connection, and a query on one that is there.
func databases(ctx context.Context, w io.Writer) error {
	d, err := peers.StartDatabases()
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	queriers, err := d.Queriers()
	if err != nil {
		return err
	}
	for _, comparison := range []struct {
		title   string
		readers []peers.Reader
		turns   int
	}{
		{"A database that is opened, asked and closed: dial, TLS and login", d.Openers(), 2000},
		{"A query on a connection of the pool", queriers, 4000},
	} {
		found, err := alternate(ctx, comparison.readers, comparison.turns)
		if err != nil {
			return err
		}
		if err := besideByHand(w, comparison.title, comparison.readers, found); err != nil {
			return err
		}
	}
	return nil
}

// alternate lets each reader read once in each turn, and returns the medians of all turns.
// What the server does takes most of the time, and differs more from one second to the
// next than the readers do. Who begins changes, too: one cleans up after the other.
func alternate(ctx context.Context, readers []peers.Reader, turns int) ([]measurement, error) {
	results := make([][]measurement, len(readers))
	for turn := range turns {
		for i := range readers {
			if turn%2 == 1 {
				i = len(readers) - 1 - i
			}
			m, err := once(ctx, readers[i])
			if err != nil {
				return nil, err
			}
			results[i] = append(results[i], m)
		}
	}
	medians := make([]measurement, len(results))
	for i, all := range results {
		medians[i] = medianOf(all)
	}
	return medians, nil
}

// medianOf takes each value's own.
func medianOf(all []measurement) measurement {
	var ns, bytes, allocs []float64
	for _, m := range all {
		ns, bytes, allocs = append(ns, m.ns), append(bytes, float64(m.bytes)), append(allocs, float64(m.allocs))
	}
	return measurement{ns: median(ns), bytes: int64(median(bytes)), allocs: int64(median(allocs))}
}

// once measures one read.
func once(ctx context.Context, reader peers.Reader) (measurement, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	got, err := reader.Read(ctx)
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if err == nil && got != reader.Want {
		err = fmt.Errorf("read %q", got)
	}
	if err != nil {
		return measurement{}, fmt.Errorf("%s: %w", reader.Name, err)
	}
	return measurement{
		ns:     float64(took.Nanoseconds()),
		bytes:  int64(after.TotalAlloc - before.TotalAlloc), //nolint:gosec // of one read
		allocs: int64(after.Mallocs - before.Mallocs),       //nolint:gosec // of one read
	}, nil
}
