package azuresql

import (
	"database/sql"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

const (
	// maxConns is below what the smallest tiers of Azure SQL serve at a time.
	// https://learn.microsoft.com/azure/azure-sql/database/resource-limits-dtu-single-databases
	maxConns = 20
	// maxIdleTime is below the 30 minutes after which Azure's gateway cuts.
	maxIdleTime = 10 * time.Minute
)

// Open opens a database, with the arguments of [NewConnector]. It does no I/O:
// the first statement or Ping connects. Close the result if the program goes on
// without it.
//
// The pool holds at most 20 connections, keeps as many, closes what has been
// idle for 10 minutes, and lets none live longer than Options.MaxConnLifetime.
// The methods of *sql.DB change that.
func Open(server, database string, cred azcore.TokenCredential, options *Options) (*sql.DB, error) {
	connector, err := NewConnector(server, database, cred, options)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(maxConns)
	db.SetMaxIdleConns(maxConns) // each connection less is a login more
	db.SetConnMaxIdleTime(maxIdleTime)
	db.SetConnMaxLifetime(max(connector.lifetime, 0))
	return db, nil
}
