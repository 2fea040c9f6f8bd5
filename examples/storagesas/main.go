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
	"fmt"
	"io"
	"time"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/examples/internal/tutorial"
)

func main() { tutorial.Main(run) }

func run(ctx context.Context, args []string, out, messages io.Writer) error {
	step, err := parse(args, messages)
	if err != nil {
		return err
	}
	if step.Subscription != "" {
		_, _ = fmt.Fprintf(messages, "Working with account %s with the identity of this machine.\n", step.Account)
		return step.Run(ctx, out)
	}
	step.Subscription = tutorial.Subscription
	return tutorial.OnEmulator(&step.World, messages, "No -subscription given: running on the built-in emulator and its account mystorageacct.",
		func(*azuretest.Server) error { return step.Run(ctx, out) })
}

func parse(args []string, messages io.Writer) (tutorial.StorageSAS, error) {
	step := tutorial.StorageSAS{Bar: messages}
	flags := tutorial.NewFlags("storagesas", messages, &step.World)
	flags.StringVar(&step.Subscription, "subscription", "", "`ID` of the subscription; empty: the emulator's")
	flags.StringVar(&step.Group, "group", "DevTest", "`name` of the account's resource group")
	flags.StringVar(&step.Account, "account", "mystorageacct", "`name` of the storage account")
	flags.StringVar(&step.Container, "container", "mycontainer", "`name` of the blob container")
	flags.StringVar(&step.Blob, "blob", "testblob", "`name` of the blob to write")
	flags.StringVar(&step.File, "file", "", "`path` of the file to upload; empty: the tutorial's test.txt")
	flags.DurationVar(&step.Lifetime, "lifetime", time.Hour, "how long a SAS lives; it is renewed meanwhile")
	flags.BoolVar(&step.ShowSAS, "show-sas", false, "print the SAS with its signature")
	flags.StringVar(&step.APIVersion, "api-version", "2017-06-01", "Resource Manager's REST `version`")
	err := tutorial.Parse(flags, args)
	if err == nil && step.Lifetime <= 0 {
		err = tutorial.UsageError("-lifetime must be more than 0")
	}
	return step, err
}
