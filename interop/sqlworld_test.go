package interop_test

import (
	"context"
	"crypto/x509"
	"database/sql"
	"encoding/pem"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
	"github.com/keyless-go/azure/credential"
	azuresql "github.com/keyless-go/azure/sql"
)

// sqlResource is what every SQL server of the public cloud wants tokens for.
const sqlResource = "https://database.windows.net/"

// sqlWorld is an emulator and its SQL server.
type sqlWorld struct {
	srv    *azuretest.Server
	server *sqlserver.Server
}

func newSQLWorld(tb testing.TB) sqlWorld {
	tb.Helper()
	srv := azuretest.New(tb)
	return sqlWorld{srv, sqlserver.New(tb, srv)}
}

// machine opens the database as the tutorial's virtual machine, which may read.
func (w sqlWorld) machine(tb testing.TB) *sql.DB {
	tb.Helper()
	return w.open(tb, &credential.ManagedIdentityCredentialOptions{HTTPClient: w.srv.Client()})
}

// admin opens the database as the administrator, who is in Cloud Shell.
func (w sqlWorld) admin(tb testing.TB) *sql.DB {
	tb.Helper()
	return w.open(tb, &credential.ManagedIdentityCredentialOptions{
		HTTPClient: w.srv.Client(), Source: credential.SourceCloudShell, Endpoint: w.srv.Environment("CloudShell")["MSI_ENDPOINT"],
	})
}

func (w sqlWorld) open(tb testing.TB, options *credential.ManagedIdentityCredentialOptions) *sql.DB {
	tb.Helper()
	cred, err := credential.NewManagedIdentityCredential(options)
	require.NoError(tb, err)
	db, err := azuresql.Open(sqlserver.Host, sqlserver.Database, cred,
		&azuresql.Options{Dialer: w.server.Dialer(), TLSConfig: w.server.TLSConfig()})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}

// pool opens what a driver's own connector leads to.
func pool(tb testing.TB, c *mssql.Connector) *sql.DB {
	tb.Helper()
	db := sql.OpenDB(c)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}

// tokenOf is what a program without this library gives to the driver.
func tokenOf(id *azuretest.Identity) func(context.Context) (string, error) {
	token := id.Token(sqlResource, time.Hour)
	return func(context.Context) (string, error) { return token, nil }
}

// authority returns the certificate that the servers' certificates are signed with.
func authority(tb testing.TB, srv *azuretest.Server) []byte {
	tb.Helper()
	chains, err := srv.Certificate(sqlserver.Host).Leaf.Verify(x509.VerifyOptions{Roots: srv.RootCAs()})
	require.NoError(tb, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: chains[0][len(chains[0])-1].Raw})
}
