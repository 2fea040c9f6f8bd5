package main

import (
	"context"
	"fmt"
	"io"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/azurelocal/internal/seed"
	"github.com/keyless-go/azure/azuretest/azurelocal/internal/state"
	"github.com/keyless-go/azure/azuretest/sqlserver"
)

// The parts of the state.
const (
	azurePart     = "azuretest"
	databasesPart = "sqlserver"
)

// startWorld starts the services. What is in them is the state that a run before has
// left, or what the seed says, or the tutorials' world. A run without databases has left
// none: they are then those of the seed or the tutorials.
func (l *local) startWorld(context.Context) error {
	if err := l.openState(); err != nil {
		return fmt.Errorf("-state %w", err)
	}
	world := &seed.World{}
	if l.options.seed != "" && l.seeded {
		var err error
		if world, err = seed.Read(l.options.seed); err != nil {
			return fmt.Errorf("-seed %w", err)
		}
	}
	databases, err := l.startAzure(world)
	if err == nil && !l.options.sql.off {
		err = l.startDatabases(databases)
	}
	return err
}

func (l *local) startAzure(world *seed.World) (*seed.Databases, error) {
	var options []azuretest.Option
	if l.options.seed != "" {
		options = append(options, azuretest.Empty())
	}
	var err error
	if l.azure, err = azuretest.Start(options...); err != nil {
		return nil, err
	}
	if err := l.keep(azurePart, l.azure.Save, l.azure.Load); err != nil {
		return nil, err
	}
	fill := world.Apply
	if l.continued {
		fill = world.Databases
	}
	databases, err := fill(l.azure)
	if err != nil {
		return nil, fmt.Errorf("-seed %w", err)
	}
	return databases, nil
}

func (l *local) startDatabases(databases *seed.Databases) error {
	var err error
	if l.databases, err = sqlserver.Start(l.azure); err != nil {
		return err
	}
	if err := databases.Apply(l.databases); err != nil {
		return fmt.Errorf("-seed %w", err)
	}
	return l.keep(databasesPart, l.databases.Save, l.databases.Load)
}

// openState finds the file of -state.
func (l *local) openState() (err error) {
	l.seeded = true
	if l.options.state == "" {
		return nil
	}
	if l.state, err = state.New(l.options.state); err != nil {
		return err
	}
	l.continued = l.state.Exists()
	hasDatabases, err := l.state.Has(databasesPart)
	l.seeded = !l.continued || !hasDatabases && !l.options.sql.off
	return err
}

// keep loads what is in the state of one service, and saves it from now on.
func (l *local) keep(name string, save func(io.Writer) error, load func(io.Reader) error) error {
	if l.state == nil {
		return nil
	}
	if err := l.state.Add(state.Part{Name: name, Save: save, Load: load}); err != nil {
		return fmt.Errorf("-state %w", err)
	}
	return nil
}

// firstSave makes the file, so that one that cannot be made is noticed before there is
// something to lose.
func (l *local) firstSave(context.Context) error {
	if l.state == nil || l.continued {
		return nil
	}
	if err := l.state.Save(); err != nil {
		return fmt.Errorf("-state %w", err)
	}
	return nil
}
