package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"
)

// The program's exit codes.
const (
	exitOK       = 0
	exitFailed   = 1 // after it was ready
	exitBadInput = 2 // before it was: nothing has been changed
)

// run is the program. It returns the exit code when ctx is done or nothing can be
// served.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	began := time.Now()
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		help(stdout)
		return exitOK
	}
	if err != nil {
		return fail(stderr, err, exitBadInput)
	}
	l, err := prepare(ctx, o)
	if err != nil {
		return fail(stderr, err, exitBadInput)
	}
	l.announce(stdout, began)
	if err := l.serve(ctx, func(err error) { fail(stderr, err, exitOK) }); err != nil {
		return fail(stderr, err, exitFailed)
	}
	return exitOK
}

func fail(stderr io.Writer, err error, code int) int {
	_, _ = fmt.Fprintf(stderr, "azurelocal: %v\n", err) // the exit code tells, too
	return code
}
