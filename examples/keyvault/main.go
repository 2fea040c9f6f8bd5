// Command keyvault reads a secret from Key Vault with the identity of the
// machine it runs on, as Microsoft's tutorials for Windows and Linux virtual
// machines do by hand.
//
//	go run ./examples/keyvault -vault https://contoso.vault.azure.net -secret db
//
// Without -vault it runs on the built-in emulator, which holds the tutorials'
// vault.
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
	step := tutorial.KeyVault{}
	flags := flag.NewFlagSet("keyvault", flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.StringVar(&step.Vault, "vault", "", "`URL` or name of the vault; empty: the emulator's mytestkeyvault")
	flags.StringVar(&step.Secret, "secret", "MyTestSecret", "`name` of the secret")
	flags.StringVar(&step.APIVersion, "api-version", "2016-10-01", "Key Vault's REST `version`")
	flags.StringVar(&step.ClientID, "client-id", "", "client `ID` of a user-assigned identity; empty: system-assigned")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if step.Vault == "" {
		emulator, err := azuretest.Start()
		if err != nil {
			return err
		}
		defer func() { _ = emulator.Close() }()
		_, _ = fmt.Fprintln(messages, "No -vault given: running on the built-in emulator and its vault mytestkeyvault.")
		step.Vault, step.HTTPClient = "mytestkeyvault", emulator.Client()
	} else {
		_, _ = fmt.Fprintf(messages, "Reading from %s with the identity of this machine.\n", step.Vault)
	}
	return step.Run(ctx, out)
}
