package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/keyless-go/azure/bench/internal/blobs"
	"github.com/keyless-go/azure/bench/internal/lakes"
	"github.com/keyless-go/azure/bench/internal/peers"
)

// The arguments of this program that make it one of the processes: what it is,
// and of which comparison.
const (
	serveRole, workRole = "serve", "work"
	ofBlobs, ofLakes    = "blobs", "lakes"
)

// role does what the arguments say in place of printing tables.
func role(ctx context.Context, args []string) error {
	if len(args) >= 2 {
		switch rest := args[2:]; {
		case args[0] == serveRole && args[1] == ofBlobs && len(rest) == 0:
			return blobs.Serve(os.Stdin, os.Stdout)
		case args[0] == serveRole && args[1] == ofLakes && len(rest) == 0:
			return lakes.Serve(os.Stdin, os.Stdout)
		case args[0] == workRole && args[1] == ofBlobs && len(rest) == 4:
			return blobs.Work(ctx, rest[0], rest[1], rest[2], rest[3], os.Stdout)
		case args[0] == workRole && args[1] == ofLakes && len(rest) == 4:
			return lakes.Work(ctx, rest[0], rest[1], rest[2], rest[3], os.Stdout)
		}
	}
	return fmt.Errorf("unknown arguments %q", args)
}

// transfer is what the process of one transfer has found.
type transfer struct {
	wall, cpu time.Duration
	peak      int64
}

// contest runs each transfer, given as the arguments of its process, so many
// times, in turns.
func contest(ctx context.Context, program string, turns int, contenders [][]string) ([][]transfer, error) {
	found := make([][]transfer, len(contenders))
	for range turns {
		for i, args := range contenders {
			one, err := move(ctx, program, args)
			if err != nil {
				return nil, err
			}
			found[i] = append(found[i], one)
		}
	}
	return found, nil
}

// transferHead is of the cells that compare makes, after the contender's name.
func transferHead() []string {
	return []string{"median, ms", "× by hand", "target", "best, ms", "× by hand", "CPU, ms", "peak, MiB", "− by hand", "target"}
}

// compare returns the cells of a contender. The targets are empty for who has none.
func compare(found, base []transfer, atMost, memory string) []any {
	wall := func(t transfer) float64 { return t.wall.Seconds() * 1000 }
	cpu := func(t transfer) float64 { return t.cpu.Seconds() * 1000 }
	peak := func(t transfer) float64 { return float64(t.peak) / (1 << 20) }
	ratios := make([]float64, len(found))
	for i := range found {
		ratios[i] = wall(found[i]) / wall(base[i])
	}
	best := slices.Min(each(found, wall))
	return []any{
		whole(median(each(found, wall))), fmt.Sprintf("%.2f", median(ratios)), atMost,
		whole(best), times(best, slices.Min(each(base, wall))), whole(median(each(found, cpu))),
		tenths(median(each(found, peak))), tenths(median(each(found, peak)) - median(each(base, peak))), memory,
	}
}

// ours is the name of this library among the contenders, who alone has targets.
const ours = "this library"

// addRow adds the row of a contender: what it did comes first.
func addRow(table *peers.Table, what []string, cells []any) {
	row := make([]any, 0, len(what)+len(cells))
	for _, cell := range what {
		row = append(row, cell)
	}
	table.Add(append(row, cells...)...)
}

func each(found []transfer, of func(transfer) float64) []float64 {
	all := make([]float64, len(found))
	for i, one := range found {
		all[i] = of(one)
	}
	return all
}

func median(all []float64) float64 { return slices.Sorted(slices.Values(all))[len(all)/2] }

func tenths(x float64) string { return fmt.Sprintf("%.1f", x) }

// serve starts a service, and returns its address. It ends with its standard
// input, be it that this program does.
func serve(ctx context.Context, program, of string) (address string, stop func(), err error) {
	cmd := exec.CommandContext(ctx, program, serveRole, of)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("the service has not started: %w", err)
	}
	return strings.TrimSpace(line), stop, nil
}

// move runs the process of one transfer.
func move(ctx context.Context, program string, args []string) (transfer, error) {
	cmd := exec.CommandContext(ctx, program, append([]string{workRole}, args...)...)
	cmd.Stderr = os.Stderr
	output, err := cmd.Output()
	if err != nil {
		return transfer{}, fmt.Errorf("%q: %w", args, err)
	}
	var t transfer
	if _, err := fmt.Sscan(string(output), &t.wall, &t.peak); err != nil {
		return transfer{}, fmt.Errorf("%q: it printed %q", args, output)
	}
	t.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return t, nil
}
