package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/keyless-go/azure/bench/internal/lakes"
	"github.com/keyless-go/azure/bench/internal/peers"
)

// lakeTurns is how often each transfer of a lake's file runs.
const lakeTurns = 7

// files compares transfers of a large file to and from the emulator's data lakes.
func files(ctx context.Context, w io.Writer) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	address, stop, err := serve(ctx, program, ofLakes)
	if err != nil {
		return err
	}
	defer stop()
	table := peers.Table{
		Title: "A data lake's file of 1 GiB over loopback HTTP",
		Note: fmt.Sprintf("Each transfer is a process of its own, the emulator another one; %d of each, contenders in turn. ", lakeTurns) +
			"The first ratio is the median of those to net/http in the same turn.",
		Head: append([]string{"", "", ""}, transferHead()...),
	}
	for _, lake := range []string{lakes.Hadoop, lakes.Gen2} {
		for _, operation := range lakes.Operations() {
			if err := addFiles(ctx, &table, lake, operation, program, address); err != nil {
				return err
			}
		}
	}
	_, err = table.WriteTo(w)
	return err
}

func addFiles(ctx context.Context, table *peers.Table, lake string, operation lakes.Operation, program, address string) error {
	l, err := lakes.NewLake(lake, address)
	if err != nil {
		return err
	}
	contenders, err := l.Contenders()
	if err != nil {
		return err
	}
	processes := make([][]string, len(contenders))
	for i, c := range contenders {
		processes[i] = []string{ofLakes, address, lake, c.Name, operation.Name}
	}
	found, err := contest(ctx, program, lakeTurns, processes)
	if err != nil {
		return err
	}
	for i, c := range contenders {
		atMost, memory := "", ""
		if c.Name == ours {
			atMost, memory = "≤ "+operation.Target, "≤ 32"
		}
		addRow(table, []string{lake, operation.Name, c.Name}, compare(found[i], found[0], atMost, memory))
	}
	return nil
}
