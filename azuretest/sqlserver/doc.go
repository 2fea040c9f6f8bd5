// Package sqlserver is Azure SQL Database for tests: a server that real drivers talk
// to, whose logins are the identities of an [azuretest.Server].
//
//	srv := azuretest.New(t)
//	sqlsrv := sqlserver.New(t, srv)
//	db, err := azuresql.Open(sqlserver.Host, sqlserver.Database, cred,
//		&azuresql.Options{Dialer: sqlsrv.Dialer(), TLSConfig: sqlsrv.TLSConfig()})
//
// [Server.Dialer] connects in memory, to the real host name and with real TLS;
// [Server.Addr] listens on a loopback port, for programs in other languages.
//
// # The world
//
// A Server begins with the database mydatabase of Microsoft's tutorial: the table
// Employees with a few rows, and the contained user DevTestVM, which is the machine's
// system-assigned identity and a member of db_datareader. If the azuretest.Server was
// made with [azuretest.Empty], the database is empty. The administrator is
// [azuretest.Server.SignedInUser], who is dbo in every database, and in master may
// create others. She makes users of identities as in Azure:
//
//	CREATE USER [my-identity] FROM EXTERNAL PROVIDER;
//	ALTER ROLE db_datawriter ADD MEMBER [my-identity];
//
// # What is checked
//
// At login the token: signature, audience (https://database.windows.net/, with and
// without the slash), expiry, and that the identity has a user in the database. Before
// each statement that the token has not expired (error 37396; of the real service one
// knows only that it refuses at some time after), and what the roles of the user permit.
// Errors have the numbers and texts of the real service.
//
// # Faults and requests
//
// [azuretest.Server.Fail] and [azuretest.Server.Requests] know the operations
// sql.prelogin, sql.tls, sql.login, sql.batch (a batch), sql.rpc (a procedure, such as
// sp_executesql), sql.transaction (begin, commit, rollback of a transaction manager) and
// sql.reset. In an [azuretest.Fault] for one of them
//
//   - Code is the number of an error, such as "40613", and Body its text. For sql.prelogin
//     it is one of ENCRYPT_OFF, ENCRYPT_NOT_SUP, ENCRYPT_REQ: what the server says
//     about encryption, and then does;
//   - Status below zero closes the connection without an answer; one above is HTTP's and
//     does nothing here, nor does a Location beside it;
//   - Body alone is sent in the place of an answer, as it is;
//   - Location, for sql.login, is the host:port that the client is sent to;
//   - Delay passes before; one longer than the client's patience is silence;
//   - CutAfter cuts the connection after so many bytes of the answer.
//
// In a Request, Body is the text of the statement (of all statements together the first
// 4 MiB, then the first 256 bytes of each), and Status 200 or the number of the
// error.
//
// # What it understands
//
// The T-SQL of applications and object mappers: queries with joins, common table
// expressions, window functions; INSERT, UPDATE, DELETE and MERGE with OUTPUT; tables,
// keys, constraints, indexes and views; variables, IF, WHILE, TRY; users, roles and
// permissions; the views of sys and INFORMATION_SCHEMA about all that. Not: procedures
// and functions of one's own, cursors, table variables, computed columns, rowversion, XML
// and JSON, bulk load, DELETED in the OUTPUT of an UPDATE, $action, APPLY, PIVOT, FORMAT.
// A statement that it does not understand fails with an error that says so (40510).
//
// There are limits, so that a client cannot make the server hold more than 16 MiB: a
// request has 2 MiB, a value too, a row 4 MiB, and a statement, or the definitions of
// all tables, what fits with that. Databases and what is sorted are in files. Errors say
// which limit it is, with the numbers of the real service: 701, 511, 8623, 40544.
//
// Readers never wait, as under READ_COMMITTED_SNAPSHOT. Transactions that write take
// turns, whatever rows they write.
package sqlserver
