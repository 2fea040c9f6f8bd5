package sqlserver_test

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"testing"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
	"github.com/keyless-go/azure/credential"
	azuresql "github.com/keyless-go/azure/sql"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// started is an Azure with its SQL server. The caller ends it.
func started() (*azuretest.Server, *sqlserver.Server, func()) {
	srv := must(azuretest.Start())
	sqlsrv := must(sqlserver.Start(srv))
	return srv, sqlsrv, func() {
		if err := sqlsrv.Close(); err != nil {
			panic(err)
		}
		if err := srv.Close(); err != nil {
			panic(err)
		}
	}
}

// opened is a database as the machine sees it, with the token of its identity.
func opened(srv *azuretest.Server, sqlsrv *sqlserver.Server, database string) *sql.DB {
	cred := must(credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{HTTPClient: srv.Client()}))
	return must(azuresql.Open(sqlserver.Host, database, cred, &azuresql.Options{Dialer: sqlsrv.Dialer(), TLSConfig: sqlsrv.TLSConfig()}))
}

func Example() {
	srv := must(azuretest.Start()) // in a test: azuretest.New(t)
	defer srv.Close()
	sqlsrv := must(sqlserver.Start(srv)) // in a test: sqlserver.New(t, srv)
	defer sqlsrv.Close()

	cred := must(credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{HTTPClient: srv.Client()}))
	db := must(azuresql.Open(sqlserver.Host, sqlserver.Database, cred,
		&azuresql.Options{Dialer: sqlsrv.Dialer(), TLSConfig: sqlsrv.TLSConfig()}))
	defer db.Close()

	ctx := context.Background()
	var name, title string
	err := db.QueryRowContext(ctx, "SELECT TOP 1 Name, Title FROM Employees WHERE Title LIKE @p1 ORDER BY Name", "%Engineering").Scan(&name, &title)
	fmt.Println(name, "is", title, err)
	_, err = db.ExecContext(ctx, "DELETE FROM Employees")
	fmt.Println(err)
	// Output:
	// Terri Duffy is Vice President of Engineering <nil>
	// mssql: The DELETE permission was denied on the object 'Employees', database 'mydatabase', schema 'dbo'. (229)
}

// tutorial is a test of the tutorial's query.
func tutorial(tb testing.TB) {
	tb.Helper()
	srv := azuretest.New(tb)
	sqlsrv := sqlserver.New(tb, srv)
	db := opened(srv, sqlsrv, sqlserver.Database)
	tb.Cleanup(func() { _ = db.Close() })
	var employees int
	if err := db.QueryRowContext(context.Background(), "SELECT COUNT(*) FROM Employees").Scan(&employees); err != nil {
		tb.Fatal(err)
	}
	fmt.Println(employees, "employees")
}

// runner runs a test where there is none: with the cleanups, the last one first.
type runner struct {
	testing.TB

	cleanups []func()
}

func (*runner) Helper()            {}
func (r *runner) Cleanup(f func()) { r.cleanups = append([]func(){f}, r.cleanups...) }
func (*runner) Fatal(args ...any)  { panic(fmt.Sprint(args...)) }
func (*runner) Error(args ...any)  { panic(fmt.Sprint(args...)) }

func (r *runner) run(test func(testing.TB)) {
	test(r)
	for _, f := range r.cleanups {
		f()
	}
}

// A server of a test ends with the test: here, with the function tutorial.
func ExampleNew() {
	new(runner).run(tutorial)
	// Output: 4 employees
}

func ExampleStart() {
	srv := must(azuretest.Start())
	sqlsrv, err := sqlserver.Start(srv)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sqlsrv.Connections(), "connections")
	fmt.Println(sqlsrv.Close(), srv.Close())
	// Output:
	// 0 connections
	// <nil> <nil>
}

// Exec is the owner of the database at work, whoever the tokens are of.
func ExampleServer_Exec() {
	srv, sqlsrv, end := started()
	defer end()
	err := sqlsrv.Exec(sqlserver.Database, `
		CREATE TABLE Orders (ID int IDENTITY PRIMARY KEY, Total money NOT NULL);
		INSERT INTO Orders (Total) VALUES (19.90), (5);
		GRANT SELECT ON Orders TO DevTestVM;`)
	fmt.Println(err)

	db := opened(srv, sqlsrv, sqlserver.Database)
	defer db.Close()
	var total string
	err = db.QueryRowContext(context.Background(), "SELECT SUM(Total) FROM Orders").Scan(&total)
	fmt.Println(total, err)
	// Output:
	// <nil>
	// 24.9000 <nil>
}

func ExampleServer_AddDatabase() {
	srv, sqlsrv, end := started()
	defer end()
	fmt.Println(sqlsrv.AddDatabase("orders"))
	db := opened(srv, sqlsrv, "orders")
	defer db.Close()
	fmt.Println(db.PingContext(context.Background()) == nil, "before the user")
	fmt.Println(sqlsrv.Exec("orders", "CREATE USER DevTestVM FROM EXTERNAL PROVIDER"))
	fmt.Println(db.PingContext(context.Background()) == nil, "after it")
	// Output:
	// <nil>
	// false before the user
	// <nil>
	// true after it
}

// A pool does not notice that its idle connections are gone; azuresql does.
func ExampleServer_CloseIdleConnections() {
	srv, sqlsrv, end := started()
	defer end()
	db := opened(srv, sqlsrv, sqlserver.Database)
	defer db.Close()
	fmt.Println(db.PingContext(context.Background()), sqlsrv.Connections())
	sqlsrv.CloseIdleConnections()
	fmt.Println(db.PingContext(context.Background()))
	// Output:
	// <nil> 1
	// <nil>
}

// Programs in other languages come by a port of this machine.
func ExampleServer_Addr() {
	_, sqlsrv, end := started()
	defer end()
	host, _, err := net.SplitHostPort(sqlsrv.Addr())
	fmt.Println(host, err)
	// Output: 127.0.0.1 <nil>
}
