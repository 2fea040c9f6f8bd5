package azuresql_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	azuresql "github.com/keyless-go/azure/sql"
)

const (
	someClient = "11112222-3333-4444-5555-666677778888"
	someObject = "4466e2f8-0fea-4c61-a470-b839a2db5f66"
)

// The SIDs of the two.
func clientSID() []byte {
	return []byte{0x22, 0x22, 0x11, 0x11, 0x33, 0x33, 0x44, 0x44, 0x55, 0x55, 0x66, 0x66, 0x77, 0x77, 0x88, 0x88}
}

func objectSID() []byte {
	return []byte{0xf8, 0xe2, 0x66, 0x44, 0xea, 0x0f, 0x61, 0x4c, 0xa4, 0x70, 0xb8, 0x39, 0xa2, 0xdb, 0x5f, 0x66}
}

func TestEnsureUserStatements(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		user azuresql.User
		want []string
	}{
		{"by name", azuresql.User{Name: "DevTestVM"}, []string{"CREATE USER [DevTestVM] FROM EXTERNAL PROVIDER"}},
		{"by object ID", azuresql.User{Name: "DevTestVM", ObjectID: strings.ToUpper(someObject)}, []string{
			"CREATE USER [DevTestVM] FROM EXTERNAL PROVIDER WITH OBJECT_ID = '" + someObject + "'",
		}},
		{"by client ID", azuresql.User{Name: "DevTestVM", ClientID: someClient}, []string{
			"CREATE USER [DevTestVM] WITH SID = 0x22221111333344445555666677778888, TYPE = E",
		}},
		{"with roles", azuresql.User{Name: "DevTestVM", Roles: []string{"db_datareader", "db_datawriter"}}, []string{
			"CREATE USER [DevTestVM] FROM EXTERNAL PROVIDER",
			"ALTER ROLE [db_datareader] ADD MEMBER [DevTestVM]",
			"ALTER ROLE [db_datawriter] ADD MEMBER [DevTestVM]",
		}},
		{"a name that breaks out", azuresql.User{Name: "x]; DROP TABLE t;--'\""}, []string{
			"CREATE USER [x]]; DROP TABLE t;--'\"] FROM EXTERNAL PROVIDER",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, db := newCatalog(t)
			change, err := azuresql.EnsureUser(t.Context(), db, test.user)
			require.NoError(t, err)
			require.Equal(t, azuresql.Change{Created: true, Roles: test.user.Roles}, change)
			require.Equal(t, test.want, c.executed)
		})
	}
}

func TestEnsureUserTwice(t *testing.T) {
	t.Parallel()
	c, db := newCatalog(t)
	user := azuresql.User{Name: "DevTestVM", Roles: []string{"db_datareader"}}
	change, err := azuresql.EnsureUser(t.Context(), db, user)
	require.NoError(t, err)
	require.Equal(t, "user created, added to db_datareader", change.String())

	change, err = azuresql.EnsureUser(t.Context(), db, user)
	require.NoError(t, err)
	require.Zero(t, change)
	require.Equal(t, "nothing to do", change.String())
	require.Len(t, c.executed, 2)

	user.Roles = append(user.Roles, "db_datawriter")
	change, err = azuresql.EnsureUser(t.Context(), db, user)
	require.NoError(t, err)
	require.Equal(t, azuresql.Change{Roles: []string{"db_datawriter"}}, change)
}

func TestEnsureUserThatExists(t *testing.T) {
	t.Parallel()
	byBoth := azuresql.User{Name: "vm", ClientID: someClient, ObjectID: someObject}
	tests := []struct {
		name  string
		there principal
		user  azuresql.User
		want  string // of the error; empty: none
	}{
		{"the same", principal{"vm", "E", clientSID()}, byBoth, ""},
		{"the same in other letters", principal{"VM", "E", clientSID()}, byBoth, ""},
		{"the same with a login", principal{"vm", "E", append(clientSID(), "AADE"...)}, byBoth, ""},
		{"a person", principal{"vm", "E", objectSID()}, azuresql.User{Name: "vm", ObjectID: someObject}, ""},
		{"an application by its object ID", principal{"vm", "E", clientSID()}, azuresql.User{Name: "vm", ObjectID: someObject}, ""},
		{"a group", principal{"vm", "X", objectSID()}, azuresql.User{Name: "vm"}, ""},
		{"another", principal{"vm", "E", []byte("0123456789abcdef")}, byBoth, "belongs to another identity, or to one of that name that was made anew"},
		{"the object ID for a SID", principal{"vm", "E", objectSID()}, byBoth, "it can never log in"},
		{"another name", principal{"old", "E", clientSID()}, byBoth, "is user [old] of this database already"},
		{"a user of SQL Server", principal{"vm", "S", nil}, byBoth, "[vm] exists and is a user with a password or login of SQL Server"},
		{"a role", principal{"vm", "R", nil}, byBoth, "[vm] exists and is a role"},
		{"a thing", principal{"vm", "C", nil}, byBoth, `principal of type "C"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, db := newCatalog(t, test.there)
			change, err := azuresql.EnsureUser(t.Context(), db, test.user)
			require.Zero(t, change)
			require.Empty(t, c.executed)
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.want)
			require.ErrorContains(t, err, `azuresql: ensure user "vm": `)
		})
	}
}

func TestEnsureUserBadInput(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		user azuresql.User
		want string
	}{
		{"no name", azuresql.User{}, "the user's name is empty"},
		{"a NUL", azuresql.User{Name: "a\x00b"}, "control character"},
		{"not UTF-8", azuresql.User{Name: "a\xff"}, "UTF-8"},
		{"too long", azuresql.User{Name: strings.Repeat("x", 129)}, "longer than 128"},
		{"too long in UTF-16", azuresql.User{Name: strings.Repeat("😀", 65)}, "longer than 128"},
		{"object ID", azuresql.User{Name: "vm", ObjectID: "x' OR 1=1"}, "the object ID is not a GUID"},
		{"client ID", azuresql.User{Name: "vm", ClientID: "{" + someClient + "}"}, "the client ID is not a GUID"},
		{"role without a name", azuresql.User{Name: "vm", Roles: []string{""}}, "the role's name is empty"},
		{"no such role", azuresql.User{Name: "vm", Roles: []string{"db_datareader", "re]ader"}}, "role [re]]ader] does not exist in this database: CREATE ROLE [re]]ader] makes it"},
		{"no role", azuresql.User{Name: "vm", Roles: []string{"joe"}}, "[joe] is a user with a password or login of SQL Server and not a role"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, db := newCatalog(t, principal{"joe", "S", nil})
			change, err := azuresql.EnsureUser(t.Context(), db, test.user)
			require.ErrorContains(t, err, test.want)
			require.Zero(t, change)
			require.Empty(t, c.executed, "nothing is done before all is checked")
		})
	}
}

// What Open returns beside an error that nobody has looked at.
func TestNoDatabaseAtAll(t *testing.T) {
	t.Parallel()
	_, err := azuresql.EnsureUser(t.Context(), nil, azuresql.User{Name: "vm"})
	require.EqualError(t, err, `azuresql: ensure user "vm": the database is nil`)
	require.EqualError(t, azuresql.RemoveUser(t.Context(), nil, "vm"), `azuresql: remove user "vm": the database is nil`)
	_, err = azuresql.Check(t.Context(), nil)
	require.EqualError(t, err, "azuresql: check: the database is nil")
	_, err = azuresql.EnsureUser(t.Context(), nil, azuresql.User{Name: strings.Repeat("x", 1<<20)})
	require.Less(t, len(err.Error()), 300)
}

func TestEnsureUserAdvice(t *testing.T) {
	t.Parallel()
	tests := []struct {
		number int32
		user   azuresql.User
		want   string
	}{
		{33130, azuresql.User{Name: "vm"}, "no identity of the server's directory has that display name"},
		{33131, azuresql.User{Name: "vm"}, "give the ObjectID (WITH OBJECT_ID) or the ClientID"},
		{33134, azuresql.User{Name: "vm"}, "Directory Readers"},
		{
			33134,
			azuresql.User{Name: "vm", ObjectID: someObject, ClientID: someClient},
			"CREATE USER [vm] WITH SID = 0x22221111333344445555666677778888, TYPE = E",
		},
		{37545, azuresql.User{Name: "vm", ObjectID: someObject}, "not of an app registration"},
		{15023, azuresql.User{Name: "vm"}, "a user or role of that name exists"},
		{15063, azuresql.User{Name: "vm"}, "under another name"},
		{15247, azuresql.User{Name: "vm"}, "ALTER ANY USER"},
		{50000, azuresql.User{Name: "vm"}, "(50000)"},
	}
	for _, test := range tests {
		t.Run(test.want, func(t *testing.T) {
			t.Parallel()
			c, db := newCatalog(t)
			c.fail = failOn("CREATE USER", serverError(test.number, "Principal 'vm'\ncould not."))
			change, err := azuresql.EnsureUser(t.Context(), db, test.user)
			require.ErrorContains(t, err, test.want)
			require.Equal(t, test.number, numberOf(t, err))
			require.NotContains(t, err.Error(), "\n")
			require.Zero(t, change)
		})
	}
}

// TestEnsureUserRace: somebody else creates the user at the same moment.
func TestEnsureUserRace(t *testing.T) {
	t.Parallel()
	for _, sid := range [][]byte{clientSID(), []byte("0123456789abcdef")} {
		c, db := newCatalog(t)
		c.fail = func(statement string) error {
			if strings.HasPrefix(statement, "CREATE USER") {
				c.principals = append(c.principals, principal{"vm", "E", sid})
				return serverError(15023, "User, group, or role 'vm' already exists in the current database.")
			}
			return nil
		}
		change, err := azuresql.EnsureUser(t.Context(), db, azuresql.User{Name: "vm", ClientID: someClient, Roles: []string{"db_datareader"}})
		if string(sid) != string(clientSID()) {
			require.ErrorContains(t, err, "another identity")
			continue
		}
		require.NoError(t, err)
		require.Equal(t, azuresql.Change{Roles: []string{"db_datareader"}}, change)
	}
}

// TestEnsureUserMadeBetweenTwoLooks: the first look is by name, the second by SID.
func TestEnsureUserMadeBetweenTwoLooks(t *testing.T) {
	t.Parallel()
	c, db := newCatalog(t)
	c.fail = func(statement string) error {
		if strings.Contains(statement, "WHERE sid") {
			c.principals = append(c.principals, principal{"vm", "E", clientSID()})
		}
		return nil
	}
	change, err := azuresql.EnsureUser(t.Context(), db, azuresql.User{Name: "vm", ClientID: someClient})
	require.NoError(t, err)
	require.Zero(t, change)
}

// TestEnsureUserOfTwoIdentities: the directory finds another application by the
// object ID than the one of the client ID. The catalog gives all the same SID.
func TestEnsureUserOfTwoIdentities(t *testing.T) {
	t.Parallel()
	c, db := newCatalog(t)
	change, err := azuresql.EnsureUser(t.Context(), db, azuresql.User{Name: "vm", ObjectID: someObject, ClientID: someClient})
	require.ErrorContains(t, err, "not of the same identity")
	require.Zero(t, change)
	require.Equal(t, "DROP USER [vm]", c.executed[1])
}

func TestEnsureUserTellsHowFarItCame(t *testing.T) {
	t.Parallel()
	c, db := newCatalog(t)
	c.fail = failOn("ALTER ROLE [db_datawriter]", serverError(15151, "Cannot alter the role 'db_datawriter', because it does not exist or you do not have permission."))
	change, err := azuresql.EnsureUser(t.Context(), db, azuresql.User{Name: "vm", Roles: []string{"db_datareader", "db_datawriter"}})
	require.ErrorContains(t, err, "a db_owner")
	require.Equal(t, azuresql.Change{Created: true, Roles: []string{"db_datareader"}}, change)
}
