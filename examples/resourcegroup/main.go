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
	"fmt"
	"io"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/examples/internal/tutorial"
)

func main() { tutorial.Main(run) }

func run(ctx context.Context, args []string, out, messages io.Writer) error {
	step := tutorial.ResourceGroup{}
	flags := tutorial.NewFlags("resourcegroup", messages, &step.World)
	flags.StringVar(&step.Subscription, "subscription", "", "`ID` of the subscription; empty: the emulator's")
	flags.StringVar(&step.Group, "group", "DevTest", "`name` of the resource group")
	flags.StringVar(&step.APIVersion, "api-version", "2016-06-01", "Resource Manager's REST `version`")
	if err := tutorial.Parse(flags, args); err != nil {
		return err
	}
	if step.Subscription != "" {
		_, _ = fmt.Fprintf(messages, "Reading from subscription %s with the identity of this machine.\n", step.Subscription)
		return step.Run(ctx, out)
	}
	step.Subscription = tutorial.Subscription
	return tutorial.OnEmulator(&step.World, messages, "No -subscription given: running on the built-in emulator and its group DevTest.",
		func(*azuretest.Server) error { return step.Run(ctx, out) })
}
