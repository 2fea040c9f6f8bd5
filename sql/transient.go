package azuresql

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	mssql "github.com/microsoft/go-mssqldb"
)

const (
	loginFailed  = 18456
	noDatabase   = 4060
	tokenExpired = 37396
)

// IsTransient says whether what failed may succeed if it is tried again later:
// the database is moving, resuming or busy, a deadlock or a snapshot conflict
// ended the transaction, the connection's token expired, or the connection
// broke. It does no I/O, and is false for nil and for the end of a context.
//
// Trying again is up to the caller: the whole transaction, not its last
// statement, and after a broken connection only what may be done twice, since
// it may have been done. Connecting is tried again by this package itself.
// https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues
func IsTransient(err error) bool {
	if e, ok := errors.AsType[mssql.Error](err); ok {
		_, broken := errors.AsType[mssql.ServerError](err) // the server has ended the session, too
		return isServerTransient(e) || broken && e.Number != loginFailed
	}
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return false
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, io.ErrClosedPipe), errors.Is(err, net.ErrClosed):
		return true
	}
	_, stream := errors.AsType[mssql.StreamError](err)
	return stream || isNetworkTransient(err)
}

func isServerTransient(e mssql.Error) bool {
	switch e.Number {
	case 1205, 3960, 41301, 41302, 41305, 41325, 41839: // the transaction lost against another
		return true
	case noDatabase, tokenExpired:
		return true
	case loginFailed:
		return strings.Contains(e.Message, "expired")
	default:
		return isBusy(e.Number) || isMoving(e.Number)
	}
}

// isBusy: the server has too much to do, or the tier's limits are reached.
func isBusy(number int32) bool {
	switch number {
	case 40501, 10928, 10929, 49918, 49919, 49920:
		return true
	default:
		return false
	}
}

// isMoving: the database fails over, is scaled, resumes or starts.
func isMoving(number int32) bool {
	switch number {
	case 40613, 40197, 40020, 40143, 40166, 40540, 4221, 615, 926, 42108, 42109, 64, 233, 10053, 10054, 10060:
		return true
	default:
		return false
	}
}

func isNetworkTransient(err error) bool {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return !dns.IsNotFound
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && strings.HasSuffix(op.Op, " error") {
		return false // an alert of TLS
	}
	_, ok := errors.AsType[net.Error](err)
	return ok
}

// numberOf is the server's number for an error, 0 if it is none of the server's.
func numberOf(err error) int32 {
	e, _ := errors.AsType[mssql.Error](err)
	return e.Number
}
