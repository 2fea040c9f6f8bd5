package azuresql_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	mssql "github.com/microsoft/go-mssqldb"
	"github.com/stretchr/testify/require"

	azuresql "github.com/keyless-go/azure/sql"
)

// printed is v in every way there is.
func printed(t *testing.T, v any) string {
	t.Helper()
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+"\n", v)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
	if data, err := json.Marshal(v); err == nil {
		out.Write(data)
	}
	return out.String()
}

// requireHidden looks for the token in plain, in hex and in UTF-16's hex.
func requireHidden(t *testing.T, text, token string) {
	t.Helper()
	part := token[:12]
	require.NotContains(t, text, part)
	require.NotContains(t, text, fmt.Sprintf("%x", part))
	require.NotContains(t, text, fmt.Sprintf("%x", toUTF16(part)))
}

func TestNothingPrintsTheToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, c := newFake(t), &cred{}
		connector := newConnector(t, f, c, nil)
		conn, err := connector.Connect(t.Context())
		require.NoError(t, err)
		defer func() { require.NoError(t, conn.Close()) }()
		db := sql.OpenDB(connector)
		defer func() { require.NoError(t, db.Close()) }()
		for _, v := range []any{connector, *connector, conn, &azuresql.Options{}, db} {
			requireHidden(t, printed(t, v), longToken(0))
		}
		require.Equal(t, `azuresql.Connector("mydatabase" on myserver.database.windows.net)`, fmt.Sprintf("%+v", connector))
	})
}

// TestErrorsHideTheToken: the server, or what sits in its place, quotes it.
func TestErrorsHideTheToken(t *testing.T) {
	t.Parallel()
	opaque := strings.Repeat("opaque-token-", 3)
	for _, token := range []string{opaque, jwt(t, map[string]any{"aud": "https://database.windows.net/"})} {
		t.Run(token[:5], func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				f.login = func(_ int, got string) []byte { return refuse(18456, "Login failed for token "+got) }
				c := &cred{answer: func(int, policy.TokenRequestOptions) (azcore.AccessToken, error) {
					return azcore.AccessToken{Token: token}, nil
				}}
				_, err := newConnector(t, f, c, nil).Connect(t.Context())
				require.ErrorContains(t, err, "REDACTED")
				for cause := err; cause != nil; cause = first(cause) {
					requireHidden(t, printed(t, cause), token)
				}
				e, ok := errors.AsType[mssql.Error](err)
				require.True(t, ok)
				requireHidden(t, printed(t, e), token)
			})
		})
	}
}

// first is what an error wraps.
func first(err error) error {
	if many, ok := err.(interface{ Unwrap() []error }); ok && len(many.Unwrap()) > 0 {
		return many.Unwrap()[0]
	}
	return errors.Unwrap(err)
}

func TestLoginAdvice(t *testing.T) {
	t.Parallel()
	const failed = "Login failed for user '<token-identified principal>'."
	machine := map[string]any{
		"aud": "https://database.windows.net/", "appid": someClient, "iat": -10,
		"xms_mirid": "/subscriptions/s/resourcegroups/g/providers/Microsoft.Compute/virtualMachines/DevTestVM",
	}
	tests := []struct {
		name   string
		claims map[string]any
		number int32
		said   string
		want   []string
	}{
		{"no user", machine, 18456, failed, []string{
			"CREATE USER [DevTestVM] FROM EXTERNAL PROVIDER; ALTER ROLE db_datareader ADD MEMBER [DevTestVM]", "azuresql.EnsureUser", someClient,
		}},
		{"nobody known", map[string]any{"iat": -10}, 18456, failed, []string{"CREATE USER [name of the identity]"}},
		{"another audience", map[string]any{"aud": "https://vault.azure.net", "iat": -10}, 18456, failed, []string{
			`the token is for "https://vault.azure.net" and not for "https://database.windows.net/"`,
		}},
		{"expired", machine, 18456, failed + " Token is expired.", []string{"clock"}},
		{"firewall", machine, 40615, "not allowed", []string{"firewall"}},
		{"subnet", machine, 40914, "not allowed", []string{"virtual network rule"}},
		{"private", machine, 47073, "denied", []string{"private endpoint"}},
		{"gateway", machine, 40532, "cannot open server", []string{"check the server's name"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				f.login = func(int, string) []byte { return refuse(test.number, test.said) }
				c := &cred{answer: func(int, policy.TokenRequestOptions) (azcore.AccessToken, error) {
					return azcore.AccessToken{Token: jwt(t, test.claims)}, nil
				}}
				_, err := newConnector(t, f, c, nil).Connect(t.Context())
				for _, want := range append(test.want, `azuresql: connect to database "mydatabase" on myserver.database.windows.net: `) {
					require.ErrorContains(t, err, want)
				}
				require.NotContains(t, err.Error(), "\n")
			})
		})
	}
}
