package azuresql

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"os"
	"reflect"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
)

// Connector makes connections to one database with the tokens of one
// credential. It is a [driver.Connector], for sql.OpenDB. Make it with
// [NewConnector]. It is immutable and safe for concurrent use.
type Connector struct {
	server   address
	database string
	scope    string
	timeout  time.Duration // of Connect
	lifetime time.Duration // of a connection; negative: no limit
	settings msdsn.Config  // of every connection; holds no secret

	// What may hold secrets is behind functions, which print as addresses
	// however deep fmt digs.
	token  func(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error)
	dial   func(ctx context.Context, network, addr string) (net.Conn, error)
	secure func() *tls.Config // makes one for each connection
}

// NewConnector makes a Connector for a database of a server, which is a "host"
// or "host:port" such as myserver.database.windows.net. It does no I/O.
//
// Tokens are asked for the cloud of the server's domain, the public one if it
// tells none. Pools over a Connector should be small, see [Open].
func NewConnector(server, database string, cred azcore.TokenCredential, options *Options) (*Connector, error) {
	at, err := parseServer(server)
	if err == nil {
		err = checkName("database's name", database)
	}
	if err == nil && isNil(cred) {
		err = errors.New("the credential is nil")
	}
	if err != nil {
		return nil, fmt.Errorf("azuresql: %w", err)
	}
	own, err := options.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("azuresql: %w", err)
	}
	config := own.tlsFor(at.host) // what the caller does to the given one later has no effect
	c := &Connector{
		server: at, database: database, scope: scopeOf(at.host),
		timeout: own.ConnectTimeout, lifetime: own.MaxConnLifetime,
		token: cred.GetToken, dial: own.Dialer.DialContext, secure: config.Clone,
	}
	c.settings = c.newSettings(own)
	return c, nil
}

// isNil also sees what a constructor returns beside an error that nobody has
// looked at: a nil pointer, which in an interface is not nil.
func isNil(given any) bool {
	v := reflect.ValueOf(given)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

// newSettings are the driver's, without a connection string: there is nothing
// for a name to break out of.
func (c *Connector) newSettings(own Options) msdsn.Config {
	settings := msdsn.Config{
		Host:       c.server.host,
		Port:       c.server.port,
		Database:   c.database,
		Encryption: msdsn.EncryptionRequired,
		Protocols:  []string{"tcp"},
		AppName:    "keyless-go/azure",
		// Ours are contexts. The driver's own would last for all statements.
		DialTimeout: -1,
		// A certificate's name that is asked for stays so after a redirect.
		HostInCertificateProvided: own.TLSConfig != nil && own.TLSConfig.ServerName != "",
		Encoding:                  msdsn.EncodeParameters{Timezone: time.UTC},
		ActivityID:                make([]byte, 16),
	}
	if own.Strict {
		settings.Encryption = msdsn.EncryptionStrict
	}
	_, _ = rand.Read(settings.ActivityID)   // never fails
	settings.Workstation, _ = os.Hostname() // for the server's views of its sessions; may be empty
	return settings
}

// Driver returns the driver below, whose own Open knows nothing of what this
// package adds.
func (c *Connector) Driver() driver.Driver { return mssql.NewConnectorConfig(c.settings).Driver() }

var _ driver.Connector = (*Connector)(nil)
