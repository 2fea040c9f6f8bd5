package credential_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

func TestArcKeyDirectory(t *testing.T) {
	t.Setenv("ProgramData", `C:\ProgramData`)
	require.Equal(t, `C:\ProgramData\AzureConnectedMachineAgent\Tokens`, credential.ArcKeyDirectory())
	t.Setenv("ProgramData", "")
	require.Empty(t, credential.ArcKeyDirectory(), "a relative directory would be anybody's")
}

func TestArcPathsOfWindows(t *testing.T) {
	t.Parallel()
	const directory = `C:\ProgramData\AzureConnectedMachineAgent\Tokens`
	for path, allowed := range map[string]bool{
		directory + `\` + someGUID + `.key`:                    true,
		strings.ToUpper(directory) + `\` + someGUID + `.key`:   true,
		strings.ToLower(directory) + `\` + someGUID + `.key`:   true,
		directory + `\x.KEY`:                                   false,
		directory + `\..\Tokens\x.key`:                         false,
		directory + `\sub\x.key`:                               false,
		directory + `/x.key`:                                   false,
		directory + `\x.txt:y.key`:                             false,
		directory + `\NUL.key`:                                 false,
		`D:` + directory[2:] + `\x.key`:                        false,
		`\\server\share\x.key`:                                 false,
		`\\?\` + directory + `\x.key`:                          false,
		`\ProgramData\AzureConnectedMachineAgent\Tokens\x.key`: false,
		`C:x.key`:                                 false,
		`C:\Windows\System32\config\SAM`:          false,
		`C:\ProgramData\x.key`:                    false,
		`/var/opt/azcmagent/tokens/x.key`:         false,
		`C:\PROGRA~1\..\ProgramData\Tokens\x.key`: false,
	} {
		for _, realm := range []string{path, `"` + path + `"`} {
			got, err := credential.ArcKeyFile(challenge("Basic realm="+realm), directory)
			if !allowed {
				require.Error(t, err, realm)
				continue
			}
			require.NoError(t, err, realm)
			require.Equal(t, path, got)
		}
	}
}

// TestArcAgentFileNeedsItsVariable: without it the name would be relative.
func TestArcAgentFileNeedsItsVariable(t *testing.T) {
	cleanEnv(t, map[string]string{"ProgramFiles": ""})
	folder := filepath.Join(tempDir(t), "AzureConnectedMachineAgent")
	require.NoError(t, os.Mkdir(folder, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "himds.exe"), []byte("x"), 0o600))
	t.Chdir(filepath.Dir(folder))
	c := newCred(t, newSite(issue(1e13)), options{})
	mustGet(t, c)
	require.Equal(t, credential.SourceIMDS, c.Status().Source)

	t.Setenv("ProgramFiles", filepath.Dir(folder))
	c = newCred(t, newSite(issue(1e13)), options{})
	failure(t, c)
	require.Equal(t, credential.SourceAzureArc, c.Status().Source)
}

// systemsArcTests are those of this system.
func systemsArcTests() []func(*testing.T) {
	return []func(*testing.T){TestArcKeyDirectory, TestArcPathsOfWindows}
}
