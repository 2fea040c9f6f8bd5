package main

import (
	"context"
	"io"

	"github.com/keyless-go/azure/credential"
	"github.com/keyless-go/azure/examples/internal/tutorial"
)

// step is one tutorial.
type step struct {
	name  string
	title string
	needs []string // flags without which there is nothing to run it on but the emulator
	// retired steps are on Azure for those who name them: new machines do not have
	// what they use.
	retired bool
	run     func(ctx context.Context, t *tour, out io.Writer) error
}

func steps() []step {
	return []step{
		{name: "keyvault", title: "Read a Key Vault secret from a Windows or Linux virtual machine", needs: []string{"vault"}, run: readSecret},
		{name: "lab16", title: "Lab 16: use Key Vault for managed identities", needs: []string{"lab-vault"}, run: readLabSecret},
		{name: "resourcegroup", title: "Read a resource group from Azure Resource Manager", needs: []string{"subscription"}, run: readGroup},
		{
			name: "legacy", title: "Read it with a token of the legacy endpoint, the virtual machine extension",
			needs: []string{"subscription"}, retired: true, run: readGroupLegacy,
		},
		{name: "storagesas", title: "Use Azure Storage with a SAS from Azure Resource Manager", needs: []string{"subscription", "account"}, run: useStorage},
		{name: "datalake", title: "Use a Data Lake Store", needs: []string{"store"}, run: useLake},
		{name: "sqlquery", title: "Query Azure SQL Database", needs: []string{"server"}, run: querySQL},
	}
}

func readSecret(ctx context.Context, t *tour, out io.Writer) error {
	t.secret.World = t.world
	return t.secret.Run(ctx, out)
}

func readLabSecret(ctx context.Context, t *tour, out io.Writer) error {
	t.labSecret.World = t.world
	return t.labSecret.Run(ctx, out)
}

func readGroup(ctx context.Context, t *tour, out io.Writer) error {
	t.group.World = t.world
	return t.group.Run(ctx, out)
}

// readGroupLegacy has a credential of its own.
func readGroupLegacy(ctx context.Context, t *tour, out io.Writer) error {
	t.group.World = t.world
	t.group.Shared, t.group.Source = nil, credential.SourceVMExtension
	return t.group.Run(ctx, out)
}

func useStorage(ctx context.Context, t *tour, out io.Writer) error {
	t.sas.World, t.sas.Subscription, t.sas.Group = t.world, t.group.Subscription, t.group.Group
	return t.sas.Run(ctx, out)
}

func useLake(ctx context.Context, t *tour, out io.Writer) error {
	t.lake.World = t.world
	return t.lake.Run(ctx, out)
}

// querySQL reads on Azure only: who makes the machine a user is another person. On
// the emulator it does both, with a server of its own beside it.
func querySQL(ctx context.Context, t *tour, out io.Writer) error {
	if t.emulator == nil {
		t.query.World = t.world
		return t.query.Query(ctx, out)
	}
	query, end, err := tutorial.EmulatedSQL(ctx, t.emulator, t.world)
	if err != nil {
		return err
	}
	defer end()
	return query.Run(ctx, out)
}
