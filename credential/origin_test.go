package credential_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// agentFile is a file like the program of Azure Arc's agent.
func agentFile(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(tempDir(t), "himds")
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	return file
}

// TestAgentFound: services do not see the agent's variables, so it is looked for
// at the first fetch, and then asked at its usual address.
func TestAgentFound(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"no variables":          {},
		"pod identity as well":  {"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://nmi.example"},
		"half of the variables": {"IDENTITY_ENDPOINT": "http://elsewhere.example"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, credential.SourceAzureArc)
			cleanEnv(t, env)
			w.options.Source = ""
			c, err := credential.NewManagedIdentityCredential(&w.options)
			require.NoError(t, err)
			require.NoError(t, credential.UseArcKeys(c, w.keys))
			credential.UseAgentFile(c, agentFile(t, "program"))
			require.Equal(t, credential.SourceIMDS, c.Status().Source, "not looked for before it is needed")
			mustGet(t, c)
			require.Equal(t, credential.SourceAzureArc, c.Status().Source)
			require.Contains(t, c.Status().Reason, "agent of Azure Arc is installed")
			require.Contains(t, w.call(0).url, "http://127.0.0.1:40342/metadata/identity/oauth2/token?")
		})
	}
}

// TestAgentNotFound: an empty file or a directory is no program, and a source
// that the environment or the user names is not put in question.
func TestAgentNotFound(t *testing.T) {
	program, empty := agentFile(t, "program"), agentFile(t, "")
	for name, tc := range map[string]struct {
		file string
		env  map[string]string
		o    options
		want credential.Source
	}{
		"no file":            {filepath.Join(filepath.Dir(program), "none"), nil, options{}, credential.SourceIMDS},
		"no name":            {"", nil, options{}, credential.SourceIMDS},
		"empty file":         {empty, nil, options{}, credential.SourceIMDS},
		"directory":          {filepath.Dir(program), nil, options{}, credential.SourceIMDS},
		"source named":       {program, nil, options{Source: credential.SourceIMDS}, credential.SourceIMDS},
		"endpoint named":     {program, nil, options{Endpoint: "http://localhost"}, credential.SourceIMDS},
		"another's variable": {program, map[string]string{"MSI_ENDPOINT": "http://localhost"}, options{}, credential.SourceCloudShell},
	} {
		t.Run(name, func(t *testing.T) {
			cleanEnv(t, tc.env)
			c := newCred(t, newSite(issue(time.Hour)), tc.o)
			credential.UseAgentFile(c, tc.file)
			mustGet(t, c)
			require.Equal(t, tc.want, c.Status().Source)
		})
	}
}

// TestAgentIsLookedForOnce: which source it is does not change afterwards.
func TestAgentIsLookedForOnce(t *testing.T) {
	cleanEnv(t, nil)
	c := newCred(t, newSite(issue(time.Hour)), options{})
	file := filepath.Join(tempDir(t), "himds")
	credential.UseAgentFile(c, file)
	mustGet(t, c)
	require.NoError(t, os.WriteFile(file, []byte("program"), 0o600))
	require.NoError(t, c.Prefetch(t.Context(), "https://other.example"))
	require.Equal(t, credential.SourceIMDS, c.Status().Source)
}
