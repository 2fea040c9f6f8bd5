package sqlserver

import (
	"context"
	"fmt"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/engine"
	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tds"
)

// seed makes the database of the tutorial. Names are those of
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/tutorial-windows-vm-access
func (s *Server) seed() error {
	if err := s.engine.AddDatabase(Database); err != nil {
		return err
	}
	machine := s.azure.SystemIdentity()
	if s.azure.IsEmpty() || machine == nil {
		return nil
	}
	return s.Exec(Database, `
		CREATE TABLE Employees (
			ID int IDENTITY(1,1) CONSTRAINT PK_Employees PRIMARY KEY,
			Name nvarchar(50) NOT NULL,
			Title nvarchar(50) NULL,
			HireDate date NULL,
			Salary decimal(10, 2) NULL
		);
		INSERT INTO Employees (Name, Title, HireDate, Salary) VALUES
			(N'Ken Sánchez', N'Chief Executive Officer', '2009-01-14', 125.50),
			(N'Terri Duffy', N'Vice President of Engineering', '2008-01-31', 63.46),
			(N'Roberto Tamburello', N'Engineering Manager', '2007-11-11', 43.27),
			(N'Rob Walters', N'Senior Tool Designer', '2007-12-05', 29.85);
		CREATE USER [`+machine.Name()+`] WITH SID = `+hexOf(sidOf(machine))+`, TYPE = E;
		ALTER ROLE db_datareader ADD MEMBER [`+machine.Name()+`];`)
}

// Exec runs a batch of T-SQL in a database as a person who may do everything, behind the
// server's back: no login, no fault, no request. What it selects is dropped. The error is
// the first that the batch has raised.
func (s *Server) Exec(database, text string) error {
	ctx := context.Background()
	session, err := s.engine.Open(ctx, database, engine.Login{Name: "seed", Admin: true, Person: true})
	if err != nil {
		return fmt.Errorf("sqlserver: database %q: %w", database, err)
	}
	defer session.Close()
	out := tds.Discard()
	if err := session.Run(ctx, tds.Statement{Text: text}, out); err != nil {
		return fmt.Errorf("sqlserver: database %q: %w", database, err)
	}
	if first := out.FirstError(); first != nil {
		return fmt.Errorf("sqlserver: database %q: %w", database, first)
	}
	return nil
}
