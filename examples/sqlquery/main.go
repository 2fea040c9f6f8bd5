// Command sqlquery reads a table of Azure SQL Database with the identity of the
// machine it runs on, as Microsoft's tutorial for Windows virtual machines does
// by hand.
//
//	go run ./examples/sqlquery -server myserver.database.windows.net -database shop -table dbo.Orders
//
// The identity has to be a user of the database. Signed in to Azure Cloud Shell
// as the server's Entra administrator, this makes it one:
//
//	go run ./examples/sqlquery -server myserver.database.windows.net -database shop -user MyVM
//
// Without -server it does both on the built-in emulator, which holds the
// tutorial's server.
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
	step := tutorial.SQLQuery{}
	flags := tutorial.NewFlags("sqlquery", messages, &step.World)
	flags.StringVar(&step.Server, "server", "", "`host` of the server; empty: the emulator's")
	flags.StringVar(&step.Database, "database", "mydatabase", "`name` of the database")
	flags.StringVar(&step.Table, "table", "Employees", "`name` of the table")
	flags.StringVar(&step.User, "user", "", "make the identity of this `name` a user of the database, and read nothing")
	if err := tutorial.Parse(flags, args); err != nil {
		return err
	}
	switch {
	case step.Server == "":
		return tutorial.OnEmulator(&step.World, messages, "No -server given: running on the built-in emulator and its database mydatabase.",
			func(emulator *azuretest.Server) error { return emulate(ctx, step, emulator, out) })
	case step.User == "":
		_, _ = fmt.Fprintf(messages, "Reading from %s with the identity of this machine.\n", step.Server)
		return step.Query(ctx, out)
	}
	_, _ = fmt.Fprintf(messages, "Making %s a user of %s on %s, as who is signed in here.\n", step.User, step.Database, step.Server)
	var err error
	if step.Admin, err = step.Credential(); err != nil {
		return err
	}
	return step.MakeUser(ctx, out)
}

// emulate runs both steps on the emulator.
func emulate(ctx context.Context, step tutorial.SQLQuery, emulator *azuretest.Server, out io.Writer) error {
	emulated, end, err := tutorial.EmulatedSQL(ctx, emulator, step.World)
	if err != nil {
		return err
	}
	defer end()
	emulated.Table, emulated.Database = step.Table, step.Database
	if step.User != "" {
		emulated.User = step.User
	}
	return emulated.Run(ctx, out)
}
