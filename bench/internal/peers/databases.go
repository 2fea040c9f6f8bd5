package peers

import (
	"context"
	"database/sql"
	"errors"
	"net/netip"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
	azuresql "github.com/keyless-go/azure/sql"
)

// Databases open a database of the emulator, on a loopback socket, in two ways: go-mssqldb
// by hand, with a token that never changes, and this library.
type Databases struct {
	azure  *azuretest.Server
	server *sqlserver.Server
	static *mssql.Connector
	ours   func() (*sql.DB, error)
	pools  []*sql.DB
}

// StartDatabases starts the emulator and its SQL server. Close it after use.
func StartDatabases() (*Databases, error) {
	azure, err := azuretest.Start()
	if err != nil {
		return nil, err
	}
	server, err := sqlserver.Start(azure)
	if err != nil {
		return nil, errors.Join(err, azure.Close())
	}
	d := &Databases{azure: azure, server: server}
	cred := inHand{azure.SystemIdentity().Token("https://database.windows.net/", 24*time.Hour)}
	if err := d.byHand(cred.token); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	options := &azuresql.Options{TLSConfig: server.TLSConfig()}
	d.ours = func() (*sql.DB, error) { return azuresql.Open(server.Addr(), sqlserver.Database, cred, options) }
	return d, nil
}

// byHand makes the connector that a careful program would.
func (d *Databases) byHand(token string) error {
	at, err := netip.ParseAddrPort(d.server.Addr())
	if err != nil {
		return err
	}
	config := d.server.TLSConfig()
	config.ServerName, config.DynamicRecordSizingDisabled = at.Addr().String(), true
	d.static, err = mssql.NewSecurityTokenConnector(msdsn.Config{
		Host: at.Addr().String(), Port: uint64(at.Port()), Database: sqlserver.Database, Protocols: []string{"tcp"},
		Encryption: msdsn.EncryptionRequired, TLSConfig: config,
	}, func(context.Context) (string, error) { return token, nil })
	return err
}

// inHand is a credential with a token that lasts for the day.
type inHand struct{ token string }

// GetToken returns the token.
func (h inHand) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: h.token, ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
}

// Close ends the pools and the servers.
func (d *Databases) Close() error {
	var errs []error
	for _, db := range d.pools {
		errs = append(errs, db.Close())
	}
	return errors.Join(append(errs, d.server.Close(), d.azure.Close())...)
}

// Openers open a pool, make a connection, ask the server, and close it.
func (d *Databases) Openers() []Reader {
	return []Reader{
		{"go-mssqldb by hand", "pong", func(ctx context.Context) (string, error) { return ping(ctx, sql.OpenDB(d.static)) }},
		{"this library", "pong", func(ctx context.Context) (string, error) {
			db, err := d.ours()
			if err != nil {
				return "", err
			}
			return ping(ctx, db)
		}},
	}
}

// Queriers ask on a connection that is in the pool.
func (d *Databases) Queriers() ([]Reader, error) {
	ours, err := d.ours()
	if err != nil {
		return nil, err
	}
	static := sql.OpenDB(d.static)
	d.pools = append(d.pools, ours, static)
	return []Reader{
		{"go-mssqldb by hand", "Rob Walters", func(ctx context.Context) (string, error) { return employee(ctx, static) }},
		{"this library", "Rob Walters", func(ctx context.Context) (string, error) { return employee(ctx, ours) }},
	}, nil
}

func ping(ctx context.Context, db *sql.DB) (string, error) {
	return "pong", errors.Join(db.PingContext(ctx), db.Close())
}

func employee(ctx context.Context, db *sql.DB) (name string, err error) {
	err = db.QueryRowContext(ctx, "SELECT Name FROM Employees WHERE ID = @p1", 4).Scan(&name)
	return name, err
}
