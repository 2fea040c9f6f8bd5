package azuresql_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	mssql "github.com/microsoft/go-mssqldb"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
	"github.com/keyless-go/azure/credential"
	azuresql "github.com/keyless-go/azure/sql"
)

// On an Azure machine the options are nil. The Examples run on the emulator of
// packages azuretest and sqlserver, which the Dialer leads to.
func Example() {
	ctx := context.Background()
	azure, server := must2(start())
	defer azure.Close()
	defer server.Close()

	cred := must(credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{HTTPClient: azure.Client()}))
	db := must(azuresql.Open("myserver.database.windows.net", "mydatabase", cred,
		&azuresql.Options{Dialer: server.Dialer(), TLSConfig: server.TLSConfig()}))
	defer db.Close()

	var title string
	err := db.QueryRowContext(ctx, "SELECT Title FROM Employees WHERE Name = @p1", "Rob Walters").Scan(&title)
	fmt.Println(title, err)
	// Output: Senior Tool Designer <nil>
}

func start() (*azuretest.Server, *sqlserver.Server, error) {
	azure, err := azuretest.Start()
	if err != nil {
		return nil, nil, err
	}
	server, err := sqlserver.Start(azure)
	return azure, server, err
}

// must ends an Example at an error.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func must2[T, U any](first T, second U, err error) (T, U) {
	if err != nil {
		panic(err)
	}
	return first, second
}

// emulator is the tutorial's database, opened by its administrator and by the
// virtual machine. The caller ends it.
func emulator() (admin, machine *sql.DB, end func()) {
	azure, server := must2(start())
	options := &azuresql.Options{Dialer: server.Dialer(), TLSConfig: server.TLSConfig()}
	admin = must(azuresql.Open(sqlserver.Host, sqlserver.Database, identity{azure.SignedInUser()}, options))
	machine = must(azuresql.Open(sqlserver.Host, sqlserver.Database, identity{azure.SystemIdentity()}, options))
	return admin, machine, func() {
		_ = errors.Join(admin.Close(), machine.Close(), server.Close(), azure.Close())
	}
}

func ExampleOpen() {
	cred := must(credential.NewManagedIdentityCredential(nil))
	_, err := azuresql.Open("tcp:myserver.database.windows.net,1433", "mydatabase", cred, nil)
	fmt.Println(err)
	// Output: azuresql: the server cannot be used, it is in the form tcp:host,port: write "host" or "host:port"
}

// A Connector is for pools of the program's own making.
func ExampleNewConnector() {
	cred := must(credential.NewManagedIdentityCredential(nil))
	connector := must(azuresql.NewConnector("myserver.database.windows.net", "mydatabase", cred, nil))
	db := sql.OpenDB(connector)
	defer db.Close()
	db.SetMaxOpenConns(4)
	fmt.Println(connector)
	// Output: azuresql.Connector("mydatabase" on myserver.database.windows.net)
}

func ExampleConnector_Connect() {
	_, machine, end := emulator()
	defer end()
	ctx := context.Background()
	conn := must(machine.Conn(ctx)) // calls Connect
	defer conn.Close()
	err := conn.Raw(func(driverConn any) error {
		bulk := driverConn.(interface {
			CreateBulkContext(ctx context.Context, table string, columns []string) *mssql.Bulk
		})
		fmt.Println(bulk.CreateBulkContext(ctx, "Employees", []string{"Name", "Title"}) != nil)
		return nil
	})
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}

func ExampleEnsureUser() {
	admin, machine, end := emulator()
	defer end()
	ctx := context.Background()
	user := azuresql.User{Name: "DevTestVM", Roles: []string{"db_datareader", "db_datawriter"}}
	fmt.Println(must(azuresql.EnsureUser(ctx, admin, user)))
	fmt.Println(must(azuresql.EnsureUser(ctx, admin, user)))

	_, err := azuresql.EnsureUser(ctx, machine, azuresql.User{Name: "DevTestVM", Roles: []string{"db_reader"}})
	fmt.Println(err)
	// Output:
	// added to db_datawriter
	// nothing to do
	// azuresql: ensure user "DevTestVM": role [db_reader] does not exist in this database: CREATE ROLE [db_reader] makes it
}

func ExampleRemoveUser() {
	admin, machine, end := emulator()
	defer end()
	ctx := context.Background()
	fmt.Println(azuresql.RemoveUser(ctx, admin, "DevTestVM"))
	err := machine.PingContext(ctx)
	var refused mssql.Error
	fmt.Println(errors.As(err, &refused), refused.Number)
	// Output:
	// <nil>
	// true 18456
}

func ExampleCheck() {
	_, machine, end := emulator()
	defer end()
	health := must(azuresql.Check(context.Background(), machine))
	fmt.Println(health.User, health.Database, health.Roles)
	// Output: DevTestVM mydatabase [db_datareader]
}

// A transaction is tried again as a whole.
func ExampleIsTransient() {
	admin, _, end := emulator()
	defer end()
	raise := func(ctx context.Context) error {
		tx, err := admin.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		if _, err := tx.ExecContext(ctx, "UPDATE Employees SET Salary = Salary * 1.05"); err != nil {
			return err
		}
		return tx.Commit()
	}
	err := raise(context.Background())
	for tries := 1; azuresql.IsTransient(err) && tries < 3; tries++ {
		err = raise(context.Background())
	}
	fmt.Println(err)
	// Output: <nil>
}
