package tutorial

import (
	"context"
	"errors"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
	"github.com/keyless-go/azure/credential"
	azuresql "github.com/keyless-go/azure/sql"
)

// EmulatedSQL is the tutorial on the emulator: the machine is no user of the
// database yet, and the administrator is signed in to Cloud Shell. End the
// server after use.
func EmulatedSQL(ctx context.Context, azure *azuretest.Server, world World) (query SQLQuery, end func(), err error) {
	server, err := sqlserver.Start(azure)
	if err != nil {
		return SQLQuery{}, nil, err
	}
	end = func() { _ = server.Close() }
	world.HTTPClient = azure.Client()
	query = SQLQuery{
		World: world, Server: sqlserver.Host, Database: sqlserver.Database, Table: "Employees", User: azure.SystemIdentity().Name(),
		Options: &azuresql.Options{Dialer: server.Dialer(), TLSConfig: server.TLSConfig()},
	}
	query.Admin, err = credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{
		HTTPClient: world.HTTPClient, ClientOptions: world.noting(true),
		Source: credential.SourceCloudShell, Endpoint: azure.Environment("CloudShell")["MSI_ENDPOINT"],
	})
	if err == nil {
		err = query.forget(ctx)
	}
	if err != nil {
		return SQLQuery{}, nil, errors.Join(err, server.Close())
	}
	return query, end, nil
}

// forget drops the user that the emulator begins with: the tutorial makes it.
func (q SQLQuery) forget(ctx context.Context) error {
	db, err := azuresql.Open(q.Server, q.Database, q.Admin, q.Options)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return azuresql.RemoveUser(ctx, db, q.User)
}
