// Command storagesas gets a shared access signature of a blob container with the
// identity of the machine it runs on, uploads a file with it, downloads the file
// again and compares the two, as Microsoft's tutorial for Windows virtual
// machines does by hand.
//
//	go run ./examples/storagesas -subscription 00000000-0000-0000-0000-000000000000 -group shop -account shopfiles -container logs -file big.log
//
// Without -subscription it runs on the built-in emulator, which holds the
// tutorial's storage account.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/examples/internal/tutorial"
)

const emulated = "98f51385-2edc-4b79-bed9-7718de4cb861"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, messages io.Writer) error {
	step, err := parse(args, messages)
	if err != nil {
		return err
	}
	if step.Subscription == "" {
		emulator, err := azuretest.Start()
		if err != nil {
			return err
		}
		defer func() { _ = emulator.Close() }()
		_, _ = fmt.Fprintln(messages, "No -subscription given: running on the built-in emulator and its account mystorageacct.")
		step.Subscription, step.HTTPClient = emulated, emulator.Client()
	} else {
		_, _ = fmt.Fprintf(messages, "Working with account %s with the identity of this machine.\n", step.Account)
	}
	return step.Run(ctx, out)
}

func parse(args []string, messages io.Writer) (tutorial.StorageSAS, error) {
	step := tutorial.StorageSAS{Bar: messages}
	flags := flag.NewFlagSet("storagesas", flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.StringVar(&step.Subscription, "subscription", "", "`ID` of the subscription; empty: the emulator's")
	flags.StringVar(&step.Group, "group", "DevTest", "`name` of the account's resource group")
	flags.StringVar(&step.Account, "account", "mystorageacct", "`name` of the storage account")
	flags.StringVar(&step.Container, "container", "mycontainer", "`name` of the blob container")
	flags.StringVar(&step.Blob, "blob", "testblob", "`name` of the blob to write")
	flags.StringVar(&step.File, "file", "", "`path` of the file to upload; empty: the tutorial's test.txt")
	flags.DurationVar(&step.Lifetime, "lifetime", time.Hour, "how long a SAS lives; it is renewed meanwhile")
	flags.BoolVar(&step.ShowSAS, "show-sas", false, "print the SAS with its signature")
	flags.StringVar(&step.APIVersion, "api-version", "2017-06-01", "Resource Manager's REST `version`")
	flags.StringVar(&step.ClientID, "client-id", "", "client `ID` of a user-assigned identity; empty: system-assigned")
	return step, flags.Parse(args)
}
