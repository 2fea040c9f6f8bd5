// Command resourcegroup reads a resource group from Azure Resource Manager with
// the identity of the machine it runs on, as Microsoft's tutorial for Windows
// virtual machines does by hand.
//
//	go run ./examples/resourcegroup -subscription 00000000-0000-0000-0000-000000000000 -group shop
//
// Without -subscription it runs on the built-in emulator, which holds the
// tutorial's group.
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
	step := tutorial.ResourceGroup{}
	flags := flag.NewFlagSet("resourcegroup", flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.StringVar(&step.Subscription, "subscription", "", "`ID` of the subscription; empty: the emulator's")
	flags.StringVar(&step.Group, "group", "DevTest", "`name` of the resource group")
	flags.StringVar(&step.APIVersion, "api-version", "2016-06-01", "Resource Manager's REST `version`")
	flags.StringVar(&step.ClientID, "client-id", "", "client `ID` of a user-assigned identity; empty: system-assigned")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if step.Subscription == "" {
		emulator, err := azuretest.Start()
		if err != nil {
			return err
		}
		defer func() { _ = emulator.Close() }()
		_, _ = fmt.Fprintln(messages, "No -subscription given: running on the built-in emulator and its group DevTest.")
		step.Subscription, step.HTTPClient = emulated, emulator.Client()
	} else {
		_, _ = fmt.Fprintf(messages, "Reading from subscription %s with the identity of this machine.\n", step.Subscription)
	}
	return step.Run(ctx, out)
}
