// Command tour walks through Microsoft's managed identity tutorials, as far as
// this library implements them, on the built-in emulator: no Azure account, no
// network.
//
//	go run ./examples/tour
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/examples/internal/tutorial"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const subscription = "98f51385-2edc-4b79-bed9-7718de4cb861"

// step is one tutorial with the tutorial's own inputs.
type step struct {
	title string
	run   func(ctx context.Context, out io.Writer) error
}

// steps share one credential, as the clients of a program should: what is asked
// for a second time costs no second token.
func steps(emulator *azuretest.Server, trace io.Writer) ([]step, error) {
	world := tutorial.World{HTTPClient: emulator.Client(), Trace: trace}
	cred, err := world.Credential()
	if err != nil {
		return nil, err
	}
	world.Shared = cred
	windows := tutorial.KeyVault{World: world, Vault: "mytestkeyvault", Secret: "MyTestSecret", APIVersion: "2016-10-01"}
	lab := tutorial.KeyVault{World: world, Vault: "mi-lab-vault", Secret: "mi-test", APIVersion: "2016-10-01"}
	group := tutorial.ResourceGroup{World: world, Subscription: subscription, Group: "DevTest", APIVersion: "2016-06-01"}
	sas := tutorial.StorageSAS{
		World: world, Subscription: subscription, Group: "DevTest", APIVersion: "2017-06-01",
		Account: "mystorageacct", Container: "mycontainer", Blob: "testblob", Lifetime: time.Hour,
	}
	lake := tutorial.DataLake{World: world, Store: "mydatalake", Folder: "TestFolder"}
	return []step{
		{"Read a Key Vault secret from a Windows or Linux virtual machine", windows.Run},
		{"Lab 16: use Key Vault for managed identities", lab.Run},
		{"Read a resource group from Azure Resource Manager", group.Run},
		{"Use Azure Storage with a SAS from Azure Resource Manager", sas.Run},
		{"Use a Data Lake Store", lake.Run},
		{"Query Azure SQL Database", func(ctx context.Context, out io.Writer) error { return querySQL(ctx, out, emulator, world) }},
	}, nil
}

// querySQL runs the tutorial with a server of its own beside the emulator.
func querySQL(ctx context.Context, out io.Writer, emulator *azuretest.Server, world tutorial.World) error {
	query, end, err := tutorial.EmulatedSQL(ctx, emulator, world)
	if err != nil {
		return err
	}
	defer end()
	return query.Run(ctx, out)
}

func run(ctx context.Context, out io.Writer) error {
	emulator, err := azuretest.Start()
	if err != nil {
		return err
	}
	defer func() { _ = emulator.Close() }()
	_, _ = fmt.Fprintln(out, "Keyless for Azure: the tutorials on the built-in emulator.")
	all, err := steps(emulator, out)
	if err != nil {
		return err
	}
	for i, s := range all {
		_, _ = fmt.Fprintf(out, "\n%d. %s\n", i+1, s.title)
		start := time.Now()
		if err := s.run(ctx, indent{out}); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
		_, _ = fmt.Fprintf(out, "  done in %s\n", time.Since(start).Round(time.Millisecond))
	}
	_, _ = fmt.Fprintf(out, "\nAll %d steps succeeded. Nothing left this process.\n", len(all))
	return nil
}

// indent sets a step's answer off from its requests.
type indent struct{ out io.Writer }

func (w indent) Write(p []byte) (int, error) {
	for line := range strings.SplitAfterSeq(string(p), "\n") {
		if strings.TrimSpace(line) != "" {
			line = "  " + line
		}
		if _, err := io.WriteString(w.out, line); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}
