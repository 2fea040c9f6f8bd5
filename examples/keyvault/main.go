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
	"fmt"
	"io"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/examples/internal/tutorial"
)

func main() { tutorial.Main(run) }

func run(ctx context.Context, args []string, out, messages io.Writer) error {
	step := tutorial.KeyVault{}
	flags := tutorial.NewFlags("keyvault", messages, &step.World)
	flags.StringVar(&step.Vault, "vault", "", "`URL` or name of the vault; empty: the emulator's mytestkeyvault")
	flags.StringVar(&step.Secret, "secret", "MyTestSecret", "`name` of the secret")
	flags.StringVar(&step.APIVersion, "api-version", "2016-10-01", "Key Vault's REST `version`")
	if err := tutorial.Parse(flags, args); err != nil {
		return err
	}
	if step.Vault != "" {
		_, _ = fmt.Fprintf(messages, "Reading from %s with the identity of this machine.\n", step.Vault)
		return step.Run(ctx, out)
	}
	step.Vault = "mytestkeyvault"
	return tutorial.OnEmulator(&step.World, messages, "No -vault given: running on the built-in emulator and its vault mytestkeyvault.",
		func(*azuretest.Server) error { return step.Run(ctx, out) })
}
