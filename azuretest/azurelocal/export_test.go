package main

import (
	"context"
	"io"
)

// Run is the program.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return run(ctx, args, stdout, stderr)
}
