package main

import (
	"context"
	"fmt"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/azurelocal/internal/seed"
	"github.com/keyless-go/azure/azuretest/sqlserver"
)

// startWorld starts the services, with the tutorials' world or the seed's in them.
func (l *local) startWorld(context.Context) error {
	if l.options.seed == "" {
		return l.startServices(nil)
	}
	world, err := seed.Read(l.options.seed)
	if err != nil {
		return fmt.Errorf("-seed %w", err)
	}
	if err := l.startServices(world, azuretest.Empty()); err != nil {
		return fmt.Errorf("-seed %w", err)
	}
	return nil
}

func (l *local) startServices(world *seed.World, options ...azuretest.Option) error {
	var err error
	if l.azure, err = azuretest.Start(options...); err != nil {
		return err
	}
	databases := &seed.Databases{}
	if world != nil {
		if databases, err = world.Apply(l.azure); err != nil {
			return err
		}
	}
	if l.options.sql.off {
		return nil
	}
	if l.databases, err = sqlserver.Start(l.azure); err != nil {
		return err
	}
	return databases.Apply(l.databases)
}
