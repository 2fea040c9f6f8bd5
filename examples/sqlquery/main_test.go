package main

import (
	"bytes"
	"context"
	"flag"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRunPrintsTheTable(t *testing.T) {
	t.Parallel()
	var out, messages bytes.Buffer
	require.NoError(t, run(t.Context(), nil, &out, &messages))
	require.Equal(t, `DevTestVM: user created, added to db_datareader
user DevTestVM of mydatabase, roles db_datareader
ID  Name                Title                          HireDate    Salary
--  ----                -----                          --------    ------
1   Ken Sánchez         Chief Executive Officer        2009-01-14  125.50
2   Terri Duffy         Vice President of Engineering  2008-01-31  63.46
3   Roberto Tamburello  Engineering Manager            2007-11-11  43.27
4   Rob Walters         Senior Tool Designer           2007-12-05  29.85
(4 rows)
`, out.String())
	require.Contains(t, messages.String(), "emulator")
}

func TestRunErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no such table", []string{"-table", "dbo.Orders"}, "Invalid object name 'dbo.Orders'"},
		{"a table that is more than one", []string{"-table", "Employees]; DROP TABLE Employees;--"}, "Invalid object name"},
		{"nobody of that name", []string{"-user", "nobody"}, "no identity of the server's directory has that display name"},
		{"a bad server", []string{"-server", "host;encrypt=disable"}, "it is a connection string"},
		{"a bad server for a user", []string{"-server", "tcp:host,1433", "-user", "vm"}, "tcp:host,port"},
		{"a bad client ID", []string{"-server", "host", "-user", "vm", "-client-id", "me"}, "not a GUID"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out, messages bytes.Buffer
			require.ErrorContains(t, run(t.Context(), test.args, &out, &messages), test.want)
			require.NotContains(t, out.String(), "Ken")
		})
	}
}

func TestRunStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run(ctx, nil, &bytes.Buffer{}, &bytes.Buffer{}), context.Canceled)
}

func TestRunHelp(t *testing.T) {
	t.Parallel()
	var out, messages bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"-h"}, &out, &messages), flag.ErrHelp)
	require.Contains(t, messages.String(), "-server host")
}
