package credential_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// keyFolder is a directory with one key file in it.
func keyFolder(tb testing.TB, content string) (directory, file string) {
	tb.Helper()
	directory = tempDir(tb)
	file = filepath.Join(directory, someGUID+".key")
	require.NoError(tb, os.WriteFile(file, []byte(content), 0o600))
	return directory, file
}

func challenge(values ...string) http.Header { return http.Header{"Www-Authenticate": values} }

func TestArcChallenges(t *testing.T) {
	t.Parallel()
	directory, file := keyFolder(t, "key")
	for name, value := range map[string]string{
		"as the agent sends it": "Basic realm=" + file,
		"quoted":                `Basic realm="` + file + `"`,
		"case of the scheme":    "bAsIc realm=" + file,
		"case of the name":      "Basic Realm=" + file,
		"spaces":                "  Basic   realm = " + file + "  ",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := credential.ArcKeyFile(challenge(value), directory)
			require.NoError(t, err)
			require.Equal(t, file, got)
		})
	}
}

func TestFalseArcChallenges(t *testing.T) {
	t.Parallel()
	directory, file := keyFolder(t, "key")
	separator := string(filepath.Separator)
	for name, header := range map[string]http.Header{
		"none":                {},
		"empty":               challenge(""),
		"two headers":         challenge("Basic realm="+file, "Basic realm="+file),
		"two in one":          challenge("Basic realm=" + file + ", Basic realm=" + file),
		"two in one, quoted":  challenge(`Basic realm="` + file + `", Bearer x="y"`),
		"two parameters":      challenge("Basic realm=" + file + " charset=UTF-8"),
		"other parameter":     challenge("Basic file=" + file),
		"no parameter":        challenge("Basic"),
		"no value":            challenge("Basic realm"),
		"empty value":         challenge("Basic realm="),
		"empty quoted":        challenge(`Basic realm=""`),
		"quote not closed":    challenge(`Basic realm="` + file),
		"quote not opened":    challenge("Basic realm=" + file + `"`),
		"quote alone":         challenge(`Basic realm="`),
		"Bearer":              challenge("Bearer realm=" + file),
		"Basically":           challenge("Basically realm=" + file),
		"NUL":                 challenge("Basic realm=" + file + "\x00.key"),
		"control":             challenge("Basic realm=" + directory + separator + "a\tb.key"),
		"relative":            challenge("Basic realm=" + someGUID + ".key"),
		"parent":              challenge("Basic realm=" + filepath.Dir(directory) + separator + "x.key"),
		"dots":                challenge("Basic realm=" + directory + separator + ".." + separator + filepath.Base(directory) + separator + "x.key"),
		"dot":                 challenge("Basic realm=" + directory + separator + "." + separator + "x.key"),
		"doubled separator":   challenge("Basic realm=" + directory + separator + separator + "x.key"),
		"below":               challenge("Basic realm=" + filepath.Join(directory, "below", "x.key")),
		"beside, same prefix": challenge("Basic realm=" + directory + "x" + separator + "x.key"),
		"the directory":       challenge("Basic realm=" + directory),
		"no extension":        challenge("Basic realm=" + filepath.Join(directory, "shadow")),
		"other extension":     challenge("Basic realm=" + file + ".txt"),
		"extension's case":    challenge("Basic realm=" + filepath.Join(directory, "x.KEY")),
		"another file":        challenge("Basic realm=" + filepath.Join(filepath.VolumeName(directory)+separator, "etc", "shadow")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := credential.ArcKeyFile(header, directory)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "\x00")
		})
	}
}

// TestNoArcKeyDirectory: without one, no file at all is in it.
func TestNoArcKeyDirectory(t *testing.T) {
	t.Parallel()
	_, file := keyFolder(t, "key")
	_, err := credential.ArcKeyFile(challenge("Basic realm="+file), "")
	require.ErrorContains(t, err, "not known")
}

func TestArcKeyFiles(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ content, key, says string }{
		"usual":             {"0123456789abcdef", "0123456789abcdef", ""},
		"line end":          {"key\n", "key", ""},
		"Windows line end":  {"key\r\n", "key", ""},
		"one line end only": {"key\n\n", "", "header"},
		"spaces kept":       {" key ", " key ", ""},
		"the largest":       {strings.Repeat("k", 4096), strings.Repeat("k", 4096), ""},
		"too large":         {strings.Repeat("k", 4097), "", "1 to 4096 bytes"},
		"empty":             {"", "", "1 to 4096 bytes"},
		"a line end":        {"\n", "", "header"},
		"two lines":         {"key\nX-Injected: 1", "", "header"},
		"not ASCII":         {"k\xff", "", "header"},
		"NUL":               {"k\x00", "", "header"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, file := keyFolder(t, tc.content)
			key, err := credential.ReadArcKey(file)
			if tc.says == "" {
				require.NoError(t, err)
				require.Equal(t, tc.key, key)
				return
			}
			require.ErrorContains(t, err, tc.says)
			require.Empty(t, key)
		})
	}
}

func TestArcKeyThatIsNoFile(t *testing.T) {
	t.Parallel()
	directory, _ := keyFolder(t, "key")
	_, err := credential.ReadArcKey(filepath.Join(directory, "gone.key"))
	require.ErrorIs(t, err, os.ErrNotExist)
	folder := filepath.Join(directory, "folder.key")
	require.NoError(t, os.Mkdir(folder, 0o700))
	_, err = credential.ReadArcKey(folder)
	require.Error(t, err)
}

func FuzzArcChallenge(f *testing.F) {
	directory, file := keyFolder(f, "key")
	for _, seed := range []string{
		"Basic realm=" + file, `Basic realm="` + file + `"`, "Basic realm=" + directory + "/../x.key", "Basic realm=/etc/shadow",
		"Basic realm=", "Basic", "", `basic realm="`, "Basic realm=" + file + ",Basic realm=/etc/shadow.key", "Basic realm=C:\\x.key",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got, err := credential.ArcKeyFile(challenge(value), directory)
		if err != nil {
			return
		}
		require.Equal(t, directory, filepath.Dir(got))
		require.Equal(t, ".key", filepath.Ext(got))
		require.Equal(t, filepath.Clean(got), got)
		require.True(t, filepath.IsAbs(got))
		require.NotContains(t, got, "..\x2f")
		require.False(t, strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r == '"' }))
		require.Contains(t, value, got)
	})
}
