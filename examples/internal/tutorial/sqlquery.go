package tutorial

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	azuresql "github.com/keyless-go/azure/sql"
)

// SQLQuery is the tutorial that reads a table of Azure SQL, after the server's
// administrator has made the machine's identity a user of the database.
type SQLQuery struct {
	World
	Server   string
	Database string
	Table    string                 // with its schema or without
	User     string                 // the name of the user to make; empty: it is there already
	Admin    azcore.TokenCredential // of the server's administrator, who makes the user
	Options  *azuresql.Options      // nil: Azure itself
}

// Run makes the user, if it has a name, and prints the table.
func (q SQLQuery) Run(ctx context.Context, out io.Writer) error {
	if q.User != "" {
		if err := q.MakeUser(ctx, out); err != nil {
			return err
		}
	}
	return q.Query(ctx, out)
}

// MakeUser does what the tutorial does in SQL Server Management Studio:
//
//	CREATE USER [VMName] FROM EXTERNAL PROVIDER
//	ALTER ROLE db_datareader ADD MEMBER [VMName]
func (q SQLQuery) MakeUser(ctx context.Context, out io.Writer) error {
	db, err := azuresql.Open(q.Server, q.Database, q.Admin, q.Options)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	change, err := azuresql.EnsureUser(ctx, db, azuresql.User{Name: q.User, Roles: []string{"db_datareader"}})
	if err != nil {
		return err
	}
	if change.Created {
		q.trace("CREATE USER %s FROM EXTERNAL PROVIDER", quote(q.User))
	}
	for _, role := range change.Roles {
		q.trace("ALTER ROLE %s ADD MEMBER %s", quote(role), quote(q.User))
	}
	_, err = fmt.Fprintf(out, "%s: %s\n", q.User, change)
	return err
}

// trace prints a statement as requests are printed.
func (q SQLQuery) trace(format string, args ...any) {
	if q.Transcript != nil {
		q.Transcript.sent(false, fmt.Sprintf(format, args...), nil)
	}
}

// Query prints the table.
func (q SQLQuery) Query(ctx context.Context, out io.Writer) error {
	cred, err := q.Credential()
	if err != nil {
		return err
	}
	db, err := azuresql.Open(q.Server, q.Database, cred, q.Options)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	health, err := azuresql.Check(ctx, db)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "user %s of %s, roles %s\n", health.User, health.Database, strings.Join(health.Roles, ", ")); err != nil {
		return err
	}
	query := "SELECT * FROM " + quoteTable(q.Table) //nolint:gosec // quoted
	q.trace("%s", query)
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	return printRows(out, rows)
}

// quoteTable quotes each part of a name: it comes from outside, and a table
// cannot be a parameter.
func quoteTable(name string) string {
	parts := strings.Split(name, ".")
	for i, part := range parts {
		parts[i] = quote(part)
	}
	return strings.Join(parts, ".")
}

func quote(name string) string { return "[" + strings.ReplaceAll(name, "]", "]]") + "]" }
