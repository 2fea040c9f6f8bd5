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

// startWorld starts the services. What is in them is the state that a run before has
// left, or what the seed says, or the tutorials' world.
func (l *local) startWorld(context.Context) error {
	if err := l.openState(); err != nil {
		return fmt.Errorf("-state %w", err)
	}
	world := &seed.World{}
	if l.options.seed != "" && !l.continued {
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
	if l.options.seed != "" || l.continued {
		options = append(options, azuretest.Empty())
	}
	var err error
	if l.azure, err = azuretest.Start(options...); err != nil {
		return nil, err
	}
	databases, err := world.Apply(l.azure)
	if err != nil {
		return nil, fmt.Errorf("-seed %w", err)
	}
	return databases, l.keep("azuretest", l.azure.Save, l.azure.Load)
}

func (l *local) startDatabases(databases *seed.Databases) error {
	var err error
	if l.databases, err = sqlserver.Start(l.azure); err != nil {
		return err
	}
	if err := databases.Apply(l.databases); err != nil {
		return fmt.Errorf("-seed %w", err)
	}
	return l.keep("sqlserver", l.databases.Save, l.databases.Load)
}

// openState finds the file of -state.
func (l *local) openState() (err error) {
	if l.options.state == "" {
		return nil
	}
	l.state, err = state.New(l.options.state)
	l.continued = err == nil && l.state.Exists()
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
