// Package azuresql opens Azure SQL databases with the identity of the machine,
// or any other Entra identity, as a plain *sql.DB that stays right for weeks.
//
//	db, err := azuresql.Open("myserver.database.windows.net", "mydatabase", cred, nil)
//	rows, err := db.QueryContext(ctx, "SELECT Id, Name FROM Employees WHERE Name = @p1", name)
//
// The credential is any azcore.TokenCredential. The driver below is
// github.com/microsoft/go-mssqldb: its parameters (@p1, sql.Named), types and
// errors are those of the statements. With sqlx, use sqlx.NewDb(db, "sqlserver");
// with gorm, sqlserver.Config{Conn: db}.
//
// What this package adds to the driver:
//
//   - The token is fetched before a connection is made, once for each, for the
//     cloud that the server's domain tells.
//   - Encryption is always on and the server's certificate always verified. No
//     byte of a token is sent before that, and no option turns it off.
//   - Connecting obeys its context from the first byte to the last, and tries
//     again within it when the server says that it will be there soon.
//   - A connection leaves the pool before its token expires, and one that the
//     server or the network has closed while it was idle is not used again.
//     Nor is one whose query of several statements began with an error: the driver
//     may wait on it for ever.
//
// A connection that the program keeps for itself, a *sql.Conn or a *sql.Tx, is
// its own to end: the server may answer error 37396 once the token has expired.
//
// [EnsureUser] makes the database user of an identity and grants it roles, as
// CREATE USER ... FROM EXTERNAL PROVIDER does. [Check] says whom the server takes
// the program for.
//
// Through [database/sql.Conn.Raw] a connection has the methods of *mssql.Conn,
// CreateBulkContext for one; mssql.CopyIn works as with the driver alone. The
// package registers no driver name and takes no connection strings: there is
// nothing to inject into.
//
// # Errors
//
// An error of this package is one line that names the operation, the database
// and the server and, where there is something to do about it, what to do.
// [errors.As] finds mssql.Error, a value, with the server's number, and the
// errors of the network and of the credential; [errors.Is] finds the end of a
// context. Errors of statements are the driver's. [IsTransient] says of both
// whether the same may succeed later.
//
// No statement that may have been executed is ever repeated. One that the server
// refuses since the token has just expired (error 37396) goes to another
// connection by itself if it is a query that changes nothing. A commit whose
// answer is lost has an unknown outcome.
package azuresql
