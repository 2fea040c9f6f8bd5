package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/keyless-go/azure/bench/internal/peers"
)

// rounds is how often each benchmark runs. The median counts.
const rounds = 5

// measurement is what a benchmark has found.
type measurement struct {
	ns     float64
	bytes  int64
	allocs int64
}

// measure runs benchmarks in turn, so that a busy machine troubles all alike.
func measure(benchmarks []func(*testing.B)) ([]measurement, error) {
	results := make([][]measurement, len(benchmarks))
	for range rounds {
		for i, benchmark := range benchmarks {
			r := testing.Benchmark(benchmark)
			if r.N == 0 {
				return nil, fmt.Errorf("benchmark %d failed", i)
			}
			results[i] = append(results[i], measurement{float64(r.T.Nanoseconds()) / float64(r.N), r.AllocedBytesPerOp(), r.AllocsPerOp()})
		}
	}
	medians := make([]measurement, len(results))
	for i, all := range results {
		slices.SortFunc(all, func(a, b measurement) int { return cmp.Compare(a.ns, b.ns) })
		medians[i] = all[len(all)/2]
	}
	return medians, nil
}

// cached compares the way of a token that is in the cache.
func cached(ctx context.Context, w io.Writer) error {
	table := peers.Table{
		Title: "A token from the cache",
		Note:  "The limit is one read of a copy-on-write map and one of the clock, and renews nothing.",
		Head:  []string{"", "scopes", "ns, one goroutine", "× limit", "ns, parallel", "× limit", "allocations"},
	}
	for _, n := range []int{1, 10, 100} {
		if err := cachedScopes(ctx, &table, n); err != nil {
			return err
		}
	}
	_, err := table.WriteTo(w)
	return err
}

func cachedScopes(ctx context.Context, table *peers.Table, n int) error {
	azure, err := peers.StartAzure()
	if err != nil {
		return err
	}
	defer func() { _ = azure.Close() }()
	all, err := peers.WarmUp(ctx, azure, n)
	if err != nil {
		return err
	}
	var benchmarks []func(*testing.B)
	for _, warm := range all {
		benchmarks = append(benchmarks, warm.Serial, warm.Parallel)
	}
	found, err := measure(benchmarks)
	if err != nil {
		return err
	}
	for i, warm := range all {
		serial, parallel := found[2*i], found[2*i+1]
		table.Add(warm.Name, n, whole(serial.ns), times(serial.ns, found[0].ns), whole(parallel.ns), times(parallel.ns, found[1].ns), serial.allocs)
	}
	return nil
}

// secrets compares a read of a secret from a vault that takes no time.
func secrets(_ context.Context, w io.Writer) error {
	readers, err := peers.Readers()
	if err != nil {
		return err
	}
	return roundTrip(w, "A secret from a vault that answers in no time", readers)
}

// groups compares a read of a resource group in the same way.
func groups(_ context.Context, w io.Writer) error {
	readers, err := peers.GroupReaders()
	if err != nil {
		return err
	}
	return roundTrip(w, "A resource group from a Resource Manager that answers in no time", readers)
}

func roundTrip(w io.Writer, title string, readers []peers.Reader) error {
	var benchmarks []func(*testing.B)
	for _, reader := range readers {
		benchmarks = append(benchmarks, reader.Benchmark)
	}
	found, err := measure(benchmarks)
	if err != nil {
		return err
	}
	return besideByHand(w, title, readers, found)
}

// besideByHand prints what was found of each reader; the first is by hand.
func besideByHand(w io.Writer, title string, readers []peers.Reader, found []measurement) error {
	table := peers.Table{
		Title: title,
		Note:  "Everything but the network and the service.",
		Head:  []string{"", "µs", "× by hand", "bytes", "allocations"},
	}
	for i, reader := range readers {
		table.Add(reader.Name, fmt.Sprintf("%.1f", found[i].ns/1000), times(found[i].ns, found[0].ns), found[i].bytes, found[i].allocs)
	}
	_, err := table.WriteTo(w)
	return err
}

// signatures compares the way of a SAS that is in hand.
func signatures(ctx context.Context, w io.Writer) error {
	azure, err := peers.StartAzure()
	if err != nil {
		return err
	}
	defer func() { _ = azure.Close() }()
	all, err := peers.Signers(ctx, azure)
	if err != nil {
		return err
	}
	var benchmarks []func(*testing.B)
	for _, signer := range all {
		benchmarks = append(benchmarks, signer.Serial, signer.Parallel)
	}
	found, err := measure(benchmarks)
	if err != nil {
		return err
	}
	table := peers.Table{
		Title: "A SAS in hand",
		Note:  "The limit is one atomic read and one of the clock, and renews nothing. No client of Microsoft's keeps a SAS.",
		Head:  []string{"", "ns, one goroutine", "× limit", "ns, parallel", "× limit", "allocations"},
	}
	for i, signer := range all {
		serial, parallel := found[2*i], found[2*i+1]
		table.Add(signer.Name, fmt.Sprintf("%.1f", serial.ns), times(serial.ns, found[0].ns), fmt.Sprintf("%.1f", parallel.ns), times(parallel.ns, found[1].ns), serial.allocs)
	}
	_, err = table.WriteTo(w)
	return err
}

func whole(ns float64) string { return fmt.Sprintf("%.0f", ns) }

func times(a, b float64) string { return fmt.Sprintf("%.2f", a/b) }
