package credential_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

const (
	vaultScope = "https://vault.azure.net/.default"
	vault      = "https://vault.azure.net"
	someGUID   = "12345678-9abc-4ef0-8234-56789abcdef0"
	otherGUID  = "87654321-cba9-4fe0-8432-0fedcba98765"
	someID     = "/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourcegroups/DevTest/providers/Microsoft.ManagedIdentity/userAssignedIdentities/app"
)

type (
	options = credential.ManagedIdentityCredentialOptions
	cred    = credential.ManagedIdentityCredential
)

// drain lets every budget end. A goroutine that is left then fails the bubble.
func drain() { time.Sleep(15 * time.Minute) }

// jwt makes a token that says when it was issued and ends.
func jwt(issued, expires time.Time) string {
	claims := fmt.Sprintf(`{"iat":%d,"nbf":%d,"exp":%d,"jti":%q}`, issued.Unix(), issued.Unix(), expires.Unix(), rand.Text())
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
}

// newCred makes a credential that asks site.
func newCred(tb testing.TB, s *site, o options) *cred {
	tb.Helper()
	if s != nil {
		o.HTTPClient = s.client()
	}
	c, err := credential.NewManagedIdentityCredential(&o)
	require.NoError(tb, err)
	return c
}

// getter is what both kinds of credential are.
type getter = azcore.TokenCredential

// get asks for a token for Key Vault.
func get(ctx context.Context, c getter) (azcore.AccessToken, error) {
	return c.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{vaultScope}})
}

// mustGet is get where it must succeed.
func mustGet(t *testing.T, c getter) azcore.AccessToken {
	t.Helper()
	token, err := get(t.Context(), c)
	require.NoError(t, err)
	return token
}

// failure is the error of a token for Key Vault that must not be had.
func failure(t *testing.T, c getter) *credential.Error {
	t.Helper()
	token, err := get(t.Context(), c)
	require.Empty(t, token)
	var e *credential.Error
	require.ErrorAs(t, err, &e)
	return e
}

// crowd calls get n times at once and gives what each got and how long it waited.
func crowd(n int, get func(i int) (azcore.AccessToken, error)) []got {
	all := make([]got, n)
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			start := time.Now()
			all[i].AccessToken, all[i].err = get(i)
			all[i].waited = time.Since(start)
		})
	}
	wg.Wait()
	return all
}

type got struct {
	azcore.AccessToken

	err    error
	waited time.Duration
}

// cleanEnv unsets, for the test, every variable that is looked at. Tests that
// need it cannot be parallel.
func cleanEnv(t *testing.T, set map[string]string) {
	t.Helper()
	for _, name := range variables() {
		t.Setenv(name, "")
	}
	for name, value := range set {
		t.Setenv(name, value)
	}
}

func variables() []string {
	return []string{
		"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "IDENTITY_API_VERSION", "IMDS_ENDPOINT",
		"MSI_ENDPOINT", "MSI_SECRET", "DEFAULT_IDENTITY_CLIENT_ID", "AZUREML_RUN_ID", "AZURE_POD_IDENTITY_AUTHORITY_HOST",
		"AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_AUTHORITY_HOST",
	}
}

// keysOf are the names of a table's cases whose values must be made later, in
// the virtual time of each.
func keysOf[V any](table map[string]V) []string { return slices.Sorted(maps.Keys(table)) }

func sleepUntil(at time.Time) { time.Sleep(time.Until(at)) }

// quiet is a log for what servers say of the handshakes that tests spoil.
func quiet(t *testing.T) *log.Logger {
	t.Helper()
	return log.New(io.Discard, "", 0)
}

// tempDir is t.TempDir but for its name, in which t's own would put characters
// that no key file of Azure Arc has, and for its end: os.RemoveAll does not work
// under Wine, where the tests for Windows run.
func tempDir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "keyless-") //nolint:usetesting // see above
	require.NoError(tb, err)
	tb.Cleanup(func() {
		var names []string
		require.NoError(tb, filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
			names = append(names, name)
			return err
		}))
		for _, name := range slices.Backward(names) {
			require.NoError(tb, os.Remove(name))
		}
	})
	return dir
}
