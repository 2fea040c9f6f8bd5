package main

import (
	"context"
	"io"
)

// Run is the program.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return run(ctx, args, stdout, stderr)
}

// Main is the program as the system starts it.
func Main() { main() }
