// Command datalake lists the root of a Data Lake Store with the identity of the
// machine it runs on, and uploads a file into a folder of it, as Microsoft's
// tutorial for Windows virtual machines does by hand. Then it reads the file
// back, appends a line and downloads it all.
//
//	go run ./examples/datalake -store abfss://logs@contoso.dfs.core.windows.net -folder in -file big.log
//
// Without -store it runs on the built-in emulator, which holds the tutorial's
// store.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/examples/internal/tutorial"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, messages io.Writer) error {
	step := tutorial.DataLake{Bar: messages}
	flags := flag.NewFlagSet("datalake", flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.StringVar(&step.Store, "store", "", "`name` of a Data Lake Store, or the endpoint of any data lake; empty: the emulator's mydatalake")
	flags.StringVar(&step.Folder, "folder", "TestFolder", "`folder` to upload into; it must exist")
	flags.StringVar(&step.File, "file", "", "`path` of the file to upload; empty: the tutorial's Test1.txt")
	flags.StringVar(&step.ClientID, "client-id", "", "client `ID` of a user-assigned identity; empty: system-assigned")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if step.Store == "" {
		emulator, err := azuretest.Start()
		if err != nil {
			return err
		}
		defer func() { _ = emulator.Close() }()
		_, _ = fmt.Fprintln(messages, "No -store given: running on the built-in emulator and its store mydatalake.")
		step.Store, step.HTTPClient = "mydatalake", emulator.Client()
	} else {
		_, _ = fmt.Fprintf(messages, "Working with %s with the identity of this machine.\n", step.Store)
	}
	return step.Run(ctx, out)
}
