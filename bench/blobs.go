package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/keyless-go/azure/bench/internal/blobs"
	"github.com/keyless-go/azure/bench/internal/peers"
)

// blobTurns is how often each transfer of a blob runs.
const blobTurns = 15

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
	address, stop, err := serve(ctx, program, ofBlobs)
	if err != nil {
		return err
	}
	defer stop()
	table := peers.Table{
		Title: "A blob of 256 MiB over loopback HTTP",
		Note: fmt.Sprintf("Each transfer is a process of its own, the service another one; %d of each, contenders in turn. ", blobTurns) +
			"The first ratio is the median of those to net/http in the same turn.",
		Head: append([]string{"", ""}, transferHead()...),
	}
	for _, operation := range blobs.Operations() {
		if err := addMoves(ctx, &table, operation, program, address, content); err != nil {
			return err
		}
	}
	_, err = table.WriteTo(w)
	return err
}

func addMoves(ctx context.Context, table *peers.Table, operation blobs.Operation, program, address, content string) error {
	contenders, err := blobs.Contenders("http://" + address)
	if err != nil {
		return err
	}
	processes := make([][]string, len(contenders))
	for i, c := range contenders {
		processes[i] = []string{ofBlobs, address, c.Name, operation.Name, content}
	}
	found, err := contest(ctx, program, blobTurns, processes)
	if err != nil {
		return err
	}
	for i, c := range contenders {
		atMost, memory := "", ""
		if c.Name == ours {
			atMost, memory = "≤ "+operation.Target, "≤ 24"
		}
		addRow(table, []string{operation.Name, c.Name}, compare(found[i], found[0], atMost, memory))
	}
	return nil
}
