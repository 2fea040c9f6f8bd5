package azuresql_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	azuresql "github.com/keyless-go/azure/sql"
)

func TestRemoveUser(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		user   string
		fail   func(string) error
		want   string
		remove bool
	}{
		{"a user", "vm", nil, "", true},
		{"in other letters", "VM", nil, "", true},
		{"nobody", "nobody", nil, "", false},
		{"a role", "db_datareader", nil, "[db_datareader] is a role and not a user of the directory", false},
		{"a user of SQL Server", "joe", nil, "[joe] is a user with a password or login of SQL Server", false},
		{"no name", "", nil, "the user's name is empty", false},
		{
			"an owner", "vm", failOn("DROP", serverError(15138, "The database principal owns a schema in the database, and cannot be dropped.")),
			"ALTER AUTHORIZATION", true,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, db := newCatalog(t, principal{"vm", "E", clientSID()}, principal{"joe", "S", nil})
			c.fail = test.fail
			err := azuresql.RemoveUser(t.Context(), db, test.user)
			if test.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, test.want)
			}
			require.Equal(t, test.remove, len(c.executed) == 1 && c.executed[0] == "DROP USER [vm]")
		})
	}
}

// TestRemoveUserRace: somebody else drops the user at the same moment.
func TestRemoveUserRace(t *testing.T) {
	t.Parallel()
	c, db := newCatalog(t, principal{"vm", "E", clientSID()})
	c.fail = func(statement string) error {
		if strings.HasPrefix(statement, "DROP") {
			c.drop("vm")
			return serverError(15151, "Cannot drop the user 'vm', because it does not exist or you do not have permission.")
		}
		return nil
	}
	require.NoError(t, azuresql.RemoveUser(t.Context(), db, "vm"))
}

func TestUserErrorsOfTheConnection(t *testing.T) {
	t.Parallel()
	c, db := newCatalog(t)
	c.fail = failOn("SELECT", serverError(229, "The SELECT permission was denied"))
	_, err := azuresql.EnsureUser(t.Context(), db, azuresql.User{Name: "vm"})
	require.Equal(t, int32(229), numberOf(t, err))
	err = azuresql.RemoveUser(t.Context(), db, "vm")
	require.Equal(t, int32(229), numberOf(t, err))
	_, err = azuresql.Check(t.Context(), db)
	require.Equal(t, int32(229), numberOf(t, err))
}
