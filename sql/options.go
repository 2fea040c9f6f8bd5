package azuresql

import (
	"crypto/tls"
	"errors"
	"net"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
)

const (
	defaultConnectTimeout  = 2 * time.Minute // a paused serverless database needs one to resume
	defaultMaxConnLifetime = time.Hour
)

// Options tune a [Connector]. The zero value and nil are ready to use.
type Options struct {
	// TLSConfig is for servers that the system's certificates do not vouch for:
	// set RootCAs. ServerName is the name in the certificate; empty: the
	// server's, and after a redirect that of the server redirected to.
	// InsecureSkipVerify is refused, and TLS is 1.2 or later. It is cloned, and
	// again for each connection. Nil: the system's certificates.
	TLSConfig *tls.Config
	// Strict starts TLS before TDS (TDS 8.0), which hides the negotiation too.
	// Azure SQL Database, Managed Instance and SQL Server 2022 know it. The
	// driver then sends time.Time parameters as DATETIME, which is exact to
	// 3.33 ms only. False: TDS 7.4, encrypted from the login on.
	Strict bool
	// Dialer makes the connections, for proxies and tests. It is always given
	// the server's name, not an address of it, and has to heed its ctx. Nil: a
	// net.Dialer with a keep-alive of 30 s.
	Dialer mssql.Dialer
	// ConnectTimeout bounds the making of one connection: token, dial,
	// encryption, login, and all tries of these. The end of the caller's
	// context comes first if it is sooner. Zero: 2 minutes. Negative: an error.
	ConnectTimeout time.Duration
	// MaxConnLifetime is when a connection leaves the pool at the latest, so
	// that programs find new replicas; its token may send it away sooner. Up to
	// a tenth less is used, at random. Zero: 1 hour. Negative: no limit but the
	// token's.
	MaxConnLifetime time.Duration
}

func (o *Options) withDefaults() (Options, error) {
	own := Options{}
	if o != nil {
		own = *o
	}
	if own.TLSConfig != nil && own.TLSConfig.InsecureSkipVerify {
		return own, errors.New("TLSConfig.InsecureSkipVerify would give the token to anybody: trust the server's certificate through RootCAs")
	}
	if own.ConnectTimeout < 0 {
		return own, errors.New("ConnectTimeout is negative")
	}
	if own.ConnectTimeout == 0 {
		own.ConnectTimeout = defaultConnectTimeout
	}
	if own.MaxConnLifetime == 0 {
		own.MaxConnLifetime = defaultMaxConnLifetime
	}
	if isNil(own.Dialer) {
		own.Dialer = &net.Dialer{KeepAlive: 30 * time.Second}
	}
	return own, nil
}

// tlsFor is a configuration of the server's own, at least TLS 1.2. The driver
// writes into what it is given.
func (o *Options) tlsFor(host string) *tls.Config {
	config := o.TLSConfig.Clone() // nil stays nil
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	if config.ServerName == "" {
		config.ServerName = host
	}
	// SQL Server wants a TDS packet in one TLS record: go-mssqldb issue 166.
	config.DynamicRecordSizingDisabled = true
	return config
}
