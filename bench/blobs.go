package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/keyless-go/azure/bench/internal/blobs"
	"github.com/keyless-go/azure/bench/internal/peers"
)

const (
	// transfers is how often each transfer runs.
	transfers = 15
	// The arguments of this program that make it one of the processes.
	serveRole, workRole = "serve", "work"
)

// role does what the arguments say in place of printing tables.
func role(ctx context.Context, args []string) error {
	switch {
	case len(args) == 1 && args[0] == serveRole:
		return blobs.Serve(os.Stdin, os.Stdout)
	case len(args) == 5 && args[0] == workRole:
		return blobs.Work(ctx, args[1], args[2], args[3], args[4], os.Stdout)
	default:
		return fmt.Errorf("unknown arguments %q", args)
	}
}

// transfer is what the process of one transfer has found.
type transfer struct {
	wall, cpu time.Duration
	peak      int64
}

// moves compares transfers of a large blob over the loopback interface.
func moves(ctx context.Context, w io.Writer) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	content := filepath.Join(dir, "content")
	if err := blobs.NewContent(content, blobs.Size); err != nil {
		return err
	}
	url, stop, err := serve(ctx, program)
	if err != nil {
		return err
	}
	defer stop()
	table := peers.Table{
		Title: "A blob of 256 MiB over loopback HTTP",
		Note: fmt.Sprintf("Each transfer is a process of its own, the service another one; %d of each, contenders in turn. ", transfers) +
			"The first ratio is the median of those to net/http in the same turn.",
		Head: []string{"", "", "median, ms", "× by hand", "target", "best, ms", "× by hand", "CPU, ms", "peak, MiB", "− by hand", "target"},
	}
	for _, operation := range blobs.Operations() {
		if err := addMoves(ctx, &table, operation, program, url, content); err != nil {
			return err
		}
	}
	_, err = table.WriteTo(w)
	return err
}

func addMoves(ctx context.Context, table *peers.Table, operation blobs.Operation, program, url, content string) error {
	contenders, err := blobs.Contenders(url)
	if err != nil {
		return err
	}
	found := make([][]transfer, len(contenders))
	for range transfers {
		for i, contender := range contenders {
			one, err := move(ctx, program, url, contender.Name, operation.Name, content)
			if err != nil {
				return err
			}
			found[i] = append(found[i], one)
		}
	}
	for i, contender := range contenders {
		compare(table, operation, contender.Name, found[i], found[0])
	}
	return nil
}

// compare adds the row of a contender.
func compare(table *peers.Table, operation blobs.Operation, name string, found, base []transfer) {
	wall := func(t transfer) float64 { return t.wall.Seconds() * 1000 }
	cpu := func(t transfer) float64 { return t.cpu.Seconds() * 1000 }
	peak := func(t transfer) float64 { return float64(t.peak) / (1 << 20) }
	ratios := make([]float64, len(found))
	for i := range found {
		ratios[i] = wall(found[i]) / wall(base[i])
	}
	atMost, memory := "", ""
	if name == "this library" {
		atMost, memory = "≤ "+operation.Target, "≤ 24"
	}
	best := slices.Min(each(found, wall))
	table.Add(operation.Name, name, whole(median(each(found, wall))), fmt.Sprintf("%.2f", median(ratios)), atMost,
		whole(best), times(best, slices.Min(each(base, wall))), whole(median(each(found, cpu))),
		tenths(median(each(found, peak))), tenths(median(each(found, peak))-median(each(base, peak))), memory)
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

// serve starts the service. It ends with its standard input, be it that this
// program does.
func serve(ctx context.Context, program string) (url string, stop func(), err error) {
	cmd := exec.CommandContext(ctx, program, serveRole)
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
func move(ctx context.Context, program, url, contender, operation, content string) (transfer, error) {
	cmd := exec.CommandContext(ctx, program, workRole, url, contender, operation, content)
	cmd.Stderr = os.Stderr
	output, err := cmd.Output()
	if err != nil {
		return transfer{}, fmt.Errorf("%s: %s: %w", contender, operation, err)
	}
	var t transfer
	if _, err := fmt.Sscan(string(output), &t.wall, &t.peak); err != nil {
		return transfer{}, fmt.Errorf("%s: %s: it printed %q", contender, operation, output)
	}
	t.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return t, nil
}
