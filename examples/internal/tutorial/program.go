package tutorial

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/keyless-go/azure/azuretest"
)

// What the programs exit with.
const (
	exitGood = iota
	exitFailed
	exitUsage
)

// Main runs a program with the process's arguments and streams, until it ends or
// Ctrl-C ends it, and exits as [ExitCode] says.
func Main(run func(ctx context.Context, args []string, out, messages io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(ExitCode(err, os.Stderr))
}

// ExitCode prints err and returns what to exit with: 0 if all is good or help was
// asked for, 2 for wrong flags, 1 for anything else.
func ExitCode(err error, messages io.Writer) int {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return exitGood
	}
	_, _ = fmt.Fprintln(messages, err)
	if _, wrong := errors.AsType[UsageError](err); wrong {
		return exitUsage
	}
	return exitFailed
}

// UsageError says what is wrong with a program's flags.
type UsageError string

// Error says that and where the flags are explained.
func (e UsageError) Error() string { return string(e) + " (-h explains the flags)" }

// NewFlags makes a program's flags, with the one for the world's identity.
func NewFlags(name string, messages io.Writer, world *World) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.StringVar(&world.ClientID, "client-id", "", "client `ID` of a user-assigned identity; empty: system-assigned")
	return flags
}

// Parse is flags.Parse for programs that take nothing but flags. What is wrong is
// one line in the error; only help is printed at once.
func Parse(flags *flag.FlagSet, args []string) error {
	messages := flags.Output()
	flags.SetOutput(io.Discard)
	err := flags.Parse(args)
	flags.SetOutput(messages)
	switch {
	case errors.Is(err, flag.ErrHelp):
		flags.Usage()
		return err
	case err != nil:
		return UsageError(err.Error())
	case flags.NArg() > 0:
		return UsageError(fmt.Sprintf("unexpected argument %q", flags.Arg(0)))
	}
	return nil
}

// OnEmulator makes the world that of an emulator of its own while run runs. It
// says so, and why.
func OnEmulator(world *World, messages io.Writer, why string, run func(*azuretest.Server) error) error {
	emulator, err := azuretest.Start()
	if err != nil {
		return err
	}
	defer func() { _ = emulator.Close() }()
	_, _ = fmt.Fprintln(messages, why)
	world.HTTPClient = emulator.Client()
	return run(emulator)
}
