package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keyless-go/azure/bench/internal/peers"
)

// cost compares what a program that reads one secret is built from.
func cost(ctx context.Context, w io.Writer) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	table := peers.Table{
		Title: "A program that reads one secret",
		Head:  []string{"", "packages", "of them not Go's own", "modules", "binary, stripped"},
	}
	for _, program := range []struct{ name, pkg string }{
		{"net/http by hand", "./programs/byhand"},
		{"this library", "./programs/keyless"},
		{"azidentity and azsecrets", "./programs/official"},
	} {
		if err := weigh(ctx, &table, program.name, program.pkg, dir); err != nil {
			return err
		}
	}
	_, err = table.WriteTo(w)
	return err
}

func weigh(ctx context.Context, table *peers.Table, name, pkg, dir string) error {
	// One line for each package: its module, or a dash.
	list, err := command(ctx, "list", "-deps", "-f", `{{if .Standard}}-{{else}}{{.Module.Path}}{{end}}`, pkg)
	if err != nil {
		return err
	}
	packages := strings.Fields(list)
	foreign := slices.DeleteFunc(slices.Clone(packages), func(module string) bool { return module == "-" })
	modules := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(foreign))), func(module string) bool {
		return strings.HasSuffix(module, "/bench") // the program itself
	})
	binary := filepath.Join(dir, filepath.Base(pkg))
	if _, err := command(ctx, "build", "-trimpath", "-ldflags=-s -w", "-o", binary, pkg); err != nil {
		return err
	}
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	table.Add(name, len(packages)-1, len(foreign)-1, len(modules), fmt.Sprintf("%.1f MB", float64(info.Size())/1e6))
	return nil
}

// command runs the go command and returns what it prints.
func command(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stderr = os.Stderr
	output, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w", args[0], err)
	}
	return string(output), nil
}
