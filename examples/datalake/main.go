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
	"fmt"
	"io"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/examples/internal/tutorial"
)

func main() { tutorial.Main(run) }

func run(ctx context.Context, args []string, out, messages io.Writer) error {
	step := tutorial.DataLake{Bar: messages}
	flags := tutorial.NewFlags("datalake", messages, &step.World)
	flags.StringVar(&step.Store, "store", "", "`name` of a Data Lake Store, or the endpoint of any data lake; empty: the emulator's mydatalake")
	flags.StringVar(&step.Folder, "folder", "TestFolder", "`folder` to upload into; it must exist")
	flags.StringVar(&step.File, "file", "", "`path` of the file to upload; empty: the tutorial's Test1.txt")
	if err := tutorial.Parse(flags, args); err != nil {
		return err
	}
	if step.Store != "" {
		_, _ = fmt.Fprintf(messages, "Working with %s with the identity of this machine.\n", step.Store)
		return step.Run(ctx, out)
	}
	step.Store = "mydatalake"
	return tutorial.OnEmulator(&step.World, messages, "No -store given: running on the built-in emulator and its store mydatalake.",
		func(*azuretest.Server) error { return step.Run(ctx, out) })
}
