package azuresql_test

import (
	"context"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/stretchr/testify/require"

	azuresql "github.com/keyless-go/azure/sql"
)

func TestIsTransient(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		want bool
	}{
		{"nil", nil, false},
		{"canceled", context.Canceled, false},
		{"deadline", fmt.Errorf("query: %w", context.DeadlineExceeded), false},
		{"a deadlock", serverError(1205, "deadlock victim"), true},
		{"a snapshot conflict", serverError(3960, "conflict"), true},
		{"in memory", serverError(41302, "conflict"), true},
		{"resuming", fmt.Errorf("x: %w", serverError(40613, "not available")), true},
		{"a broken session", fmt.Errorf("x: %w", mssql.ServerError{}), true},
		{"busy", serverError(40501, "busy"), true},
		{"moving", serverError(40197, "moved"), true},
		{"pool", serverError(42109, "warming"), true},
		{"no database", serverError(4060, "cannot open"), true},
		{"token expired", serverError(37396, "expired"), true},
		{"login with an expired token", serverError(18456, "Login failed. Token is expired."), true},
		{"login", serverError(18456, "Login failed."), false},
		{"firewall", serverError(40615, "not allowed"), false},
		{"permission", serverError(229, "denied"), false},
		{"syntax", serverError(102, "near"), false},
		{"a failed try before the end of a context", errors.Join(serverError(40613, "x"), context.DeadlineExceeded), true},
		{"a bad connection", driver.ErrBadConn, true},
		{"an end", io.EOF, true},
		{"a cut", fmt.Errorf("read: %w", io.ErrUnexpectedEOF), true},
		{"closed", &net.OpError{Op: "read", Err: net.ErrClosed}, true},
		{"reset", &net.OpError{Op: "read", Err: syscall.ECONNRESET}, true},
		{"a broken stream", mssql.StreamError{InnerError: errors.New("x")}, true},
		{"an alert", &net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}, false},
		{"no such host", &net.DNSError{IsNotFound: true}, false},
		{"no DNS", &net.DNSError{IsTimeout: true}, true},
		{"a certificate", x509.UnknownAuthorityError{}, false},
		{"anything", errors.New("x"), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, azuresql.IsTransient(test.err))
		})
	}
}
