package sqlserver_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestTutorial(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.machine(t)
	require.Equal(t, strings.Join([]string{
		"1|Ken Sánchez|Chief Executive Officer|2009-01-14T00:00:00Z|125.50",
		"2|Terri Duffy|Vice President of Engineering|2008-01-31T00:00:00Z|63.46",
		"3|Roberto Tamburello|Engineering Manager|2007-11-11T00:00:00Z|43.27",
		"4|Rob Walters|Senior Tool Designer|2007-12-05T00:00:00Z|29.85",
	}, "\n"), show(t, db, "SELECT * FROM Employees"))
	id := w.SystemIdentity()
	require.Equal(t, id.ClientID()+"@"+id.TenantID()+"|DevTestVM|mydatabase|1",
		show(t, db, "SELECT SUSER_SNAME(), USER_NAME(), DB_NAME(), IS_ROLEMEMBER('db_datareader')"))
	_, err := try(t, db, "INSERT INTO Employees (Name) VALUES (N'Mallory')")
	require.EqualValues(t, 229, number(err))
	require.EqualError(t, err, "mssql: The INSERT permission was denied on the object 'Employees', database 'mydatabase', schema 'dbo'. (229)")
}

func TestColumnTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rows, err := w.machine(t).QueryContext(t.Context(), "SELECT * FROM Employees")
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	require.NoError(t, err)
	var got []string
	for _, c := range columns {
		nullable, _ := c.Nullable()
		got = append(got, c.Name()+" "+c.DatabaseTypeName()+map[bool]string{true: " NULL", false: " NOT NULL"}[nullable])
	}
	require.NoError(t, rows.Err())
	require.Equal(t, []string{"ID INT NOT NULL", "Name NVARCHAR NOT NULL", "Title NVARCHAR NULL", "HireDate DATE NULL", "Salary DECIMAL NULL"}, got)
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t, azuretest.Empty())
	_, err := try(t, w.machine(t), "SELECT 1")
	require.EqualValues(t, 18456, number(err))
	require.Empty(t, show(t, w.admin(t), "SELECT * FROM INFORMATION_SCHEMA.TABLES"))
}

func TestSocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	address := w.sql.Addr()
	require.Equal(t, address, w.sql.Addr())
	for name, encrypt := range map[string]string{"TLS in TDS": "true", "strict": "strict"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := w.open(t, login{address: address, encrypt: encrypt})
			require.Equal(t, "4", show(t, db, "SELECT COUNT(*) FROM Employees"))
		})
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	db := w.machine(t)
	require.NoError(t, db.PingContext(t.Context()))
	require.Equal(t, 1, w.sql.Connections())
	require.NoError(t, w.sql.Close())
	require.NoError(t, w.sql.Close())
	require.Zero(t, w.sql.Connections())
	require.Error(t, db.PingContext(t.Context()))
	require.Empty(t, w.sql.Addr())
	_, err := w.sql.Dialer().DialContext(t.Context(), "tcp", "myserver.database.windows.net:1433")
	require.ErrorContains(t, err, "server closed")
}

func TestDialer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.sql.Dialer()
	require.Equal(t, "myserver.database.windows.net", d.HostName())
	for address, want := range map[string]string{
		"other.database.windows.net:1433":   "no such host",
		"myserver.database.windows.net:443": "connection refused",
		"myserver.database.windows.net":     "missing port",
	} {
		_, err := d.DialContext(t.Context(), "tcp", address)
		require.ErrorContains(t, err, want)
	}
}
