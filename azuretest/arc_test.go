package azuretest_test

import (
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// tempDir is t.TempDir, but for how it is removed: os.RemoveAll does not work
// under Wine, which the tests for Windows run on.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "azuretest-") //nolint:usetesting // see above
	require.NoError(t, err)
	t.Cleanup(func() {
		var names []string
		require.NoError(t, filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
			names = append(names, name)
			return err
		}))
		for _, name := range slices.Backward(names) {
			require.NoError(t, os.Remove(name))
		}
	})
	return dir
}

// arcServer writes its key files where the test can read them.
func arcServer(t *testing.T) (srv *azuretest.Server, keys string) {
	t.Helper()
	keys = filepath.Join(tempDir(t), "AzureConnectedMachineAgent", "Tokens")
	srv = azuretest.New(t) // after the directory, so that it removes its files first
	srv.SetArcKeyDirectory(keys)
	return srv, keys
}

func askArc(t *testing.T, srv *azuretest.Server, key string, keyValues ...string) answer {
	t.Helper()
	q := url.Values{"api-version": {"2020-06-01"}, "resource": {vaultAud}}
	for i := 0; i+1 < len(keyValues); i += 2 {
		q.Set(keyValues[i], keyValues[i+1])
	}
	header := []string{"Metadata", "true"}
	if key != "" {
		header = append(header, "Authorization", "Basic "+key)
	}
	return caller{client: srv.Client()}.do(t, http.MethodGet, srv.Environment("AzureArc")["IDENTITY_ENDPOINT"]+"?"+q.Encode(), "", header...)
}

// keyOf reads the key that a challenge names.
func keyOf(t *testing.T, challenge answer) (key, file string) {
	t.Helper()
	require.Equal(t, http.StatusUnauthorized, challenge.Status, challenge.Body)
	file, ok := strings.CutPrefix(challenge.Header.Get("WWW-Authenticate"), "Basic realm=")
	require.True(t, ok)
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(data), file
}

func TestArcChallenge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, keys := arcServer(t)
		challenge := askArc(t, srv, "")
		require.Equal(t, "unauthorized_client", challenge.At(t, "error"))
		require.Equal(t, "Missing Basic Authorization header", challenge.At(t, "error_description"))
		key, file := keyOf(t, challenge)
		require.Equal(t, keys, filepath.Dir(file))
		require.Regexp(t, `^[0-9a-f-]{36}\.key$`, filepath.Base(file))
		require.Regexp(t, `^[A-Z2-7]{40,200}$`, key)
		if runtime.GOOS != "windows" {
			info, err := os.Stat(file)
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
		}

		got := askArc(t, srv, key)
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		body := got.JSON(t)
		require.NotEmpty(t, body["access_token"])
		delete(body, "access_token")
		require.Equal(t, map[string]any{
			"expires_in": "86399", "expires_on": "946771199", "ext_expires_in": "86399", "not_before": "946684800",
			"resource": vaultAud, "token_type": "Bearer",
		}, body)
		require.NoFileExists(t, file)

		list := srv.Requests()
		require.Equal(t, "arc.token", list[0].Operation)
		require.Equal(t, "arc.token", list[1].Operation)
		require.Equal(t, "DevTestVM", list[1].Identity)
		require.Equal(t, "Basic REDACTED", list[1].Header.Get("Authorization"))
	})
}

func TestArcKeysAreGoodOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, _ := arcServer(t)
		key, _ := keyOf(t, askArc(t, srv, ""))
		require.Equal(t, http.StatusOK, askArc(t, srv, key).Status)
		next, _ := keyOf(t, askArc(t, srv, key))
		require.NotEqual(t, key, next)
		keyOf(t, askArc(t, srv, "x"))

		time.Sleep(azuretest.ArcKeyLife - time.Second)
		require.Equal(t, http.StatusOK, askArc(t, srv, next).Status)
		late, file := keyOf(t, askArc(t, srv, ""))
		srv.Advance(azuretest.ArcKeyLife)
		keyOf(t, askArc(t, srv, late))
		require.NoFileExists(t, file)
	})
}

func TestArcKeysOfTwoRequests(t *testing.T) {
	t.Parallel()
	srv, _ := arcServer(t)
	one, _ := keyOf(t, askArc(t, srv, ""))
	two, _ := keyOf(t, askArc(t, srv, ""))
	require.Equal(t, http.StatusOK, askArc(t, srv, two).Status)
	require.Equal(t, http.StatusOK, askArc(t, srv, one).Status)
}

func TestArcEchoesTheChoice(t *testing.T) {
	t.Parallel()
	srv, _ := arcServer(t)
	one := srv.AddUserIdentity("one")
	tests := map[string]string{"client_id": one.ClientID(), "object_id": one.ObjectID(), "msi_res_id": one.ResourceID(), "mi_res_id": one.ResourceID()}
	for name, value := range tests {
		t.Run(name, func(t *testing.T) {
			key, _ := keyOf(t, askArc(t, srv, "", name, value))
			got := askArc(t, srv, key, name, value)
			require.Equal(t, http.StatusOK, got.Status, got.Body)
			require.Equal(t, value, got.At(t, name))
			objectID, err := azuretest.ParseToken(got.At(t, "access_token").(string))
			require.NoError(t, err)
			require.Equal(t, one.ObjectID(), objectID)
		})
	}
}

func TestOldArcAgentIgnoresTheChoice(t *testing.T) {
	t.Parallel()
	srv, _ := arcServer(t)
	one := srv.AddUserIdentity("one")
	srv.SetOldArcAgent(true)
	key, _ := keyOf(t, askArc(t, srv, ""))
	got := askArc(t, srv, key, "client_id", one.ClientID())
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.NotContains(t, got.JSON(t), "client_id")
	objectID, err := azuretest.ParseToken(got.At(t, "access_token").(string))
	require.NoError(t, err)
	require.Equal(t, srv.SystemIdentity().ObjectID(), objectID)
}

func TestArcRefuses(t *testing.T) {
	t.Parallel()
	const endpoint, good = "http://localhost:40342/metadata/identity/oauth2/token", "?api-version=2019-11-01&resource=https%3A%2F%2Fvault.azure.net"
	tests := map[string]struct {
		method, url string
		metadata    string
		status      int
		code        string
	}{
		"no Metadata header": {http.MethodGet, endpoint + good, "", 400, "bad_request_102"},
		"IMDS's version":     {http.MethodGet, endpoint + "?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net", "true", 400, "invalid_request"},
		"broken query":       {http.MethodGet, endpoint + good + "&x=%zz", "true", 400, "invalid_request"},
		"POST":               {http.MethodPost, endpoint + good, "true", 405, "method_not_allowed"},
		"another path":       {http.MethodGet, "http://127.0.0.1:40342/metadata/instance", "true", 404, "not_found"},
		"unknown resource":   {http.MethodGet, endpoint + "?api-version=2021-02-01&resource=nothing", "true", 400, "invalid_resource"},
		"unknown client ID":  {http.MethodGet, endpoint + good + "&client_id=x", "true", 400, "invalid_request"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, _ := arcServer(t)
			key, _ := keyOf(t, askArc(t, srv, ""))
			got := caller{client: srv.Client()}.do(t, test.method, test.url, "", "Metadata", test.metadata, "Authorization", "Basic "+key)
			require.Equal(t, test.status, got.Status, got.Body)
			require.Equal(t, test.code, got.At(t, "error"))
			require.InEpsilon(t, test.status, got.JSON(t)["error_codes"].([]any)[0], 0)
		})
	}
}

func TestArcCleansUp(t *testing.T) {
	t.Parallel()
	parent := tempDir(t)
	keys := filepath.Join(parent, "a", "b")
	srv, err := azuretest.Start()
	require.NoError(t, err)
	srv.SetArcKeyDirectory(keys)
	require.NoDirExists(t, keys, "not before a client asks")
	_, file := keyOf(t, askArc(t, srv, ""))
	require.FileExists(t, file)
	require.NoError(t, srv.Close())
	require.NoDirExists(t, filepath.Join(parent, "a"))
	require.DirExists(t, parent)
}

func TestArcKeepsWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	srv, err := azuretest.Start()
	require.NoError(t, err)
	keys := filepath.Join(tempDir(t), "a")
	srv.SetArcKeyDirectory(keys)
	askArc(t, srv, "")
	theirs := filepath.Join(keys, "theirs.key")
	require.NoError(t, os.WriteFile(theirs, nil, 0o600))
	require.NoError(t, srv.Close())
	require.FileExists(t, theirs)
}

func TestArcCannotWrite(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	file := filepath.Join(tempDir(t), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	srv.SetArcKeyDirectory(filepath.Join(file, "keys"))
	got := askArc(t, srv, "")
	require.Equal(t, http.StatusInternalServerError, got.Status)
	require.Contains(t, srv.Requests()[0].Reason, "SetArcKeyDirectory")
}

func TestArcFaults(t *testing.T) {
	t.Parallel()
	srv, _ := arcServer(t)
	srv.Fail(azuretest.Fault{Operation: "arc.token", Nth: 2, Status: 429})
	key, _ := keyOf(t, askArc(t, srv, ""))
	got := askArc(t, srv, key)
	require.Equal(t, 429, got.Status)
	require.Equal(t, "too_many_requests", got.At(t, "error"))
	require.Equal(t, http.StatusOK, askArc(t, srv, key).Status)
}
