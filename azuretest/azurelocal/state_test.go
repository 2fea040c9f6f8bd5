package main_test

import (
	"archive/zip"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	main "github.com/keyless-go/azure/azuretest/azurelocal"
)

// setSecret gives a secret of the tutorials' vault a value.
func (p *program) setSecret(t *testing.T, name, value string) {
	t.Helper()
	client := p.client(t)
	token := p.token(t, client, "https://vault.azure.net")
	got := do(t, client, http.MethodPut, "https://mytestkeyvault.vault.azure.net/secrets/"+name+"?api-version=7.4",
		`{"value": "`+value+`"}`, "Authorization: Bearer "+token, "Content-Type: application/json")
	require.Equal(t, http.StatusOK, got.status, got.body)
}

// secret reads one.
func (p *program) secret(t *testing.T, name string) reply {
	t.Helper()
	client := p.client(t)
	token := p.token(t, client, "https://vault.azure.net")
	return do(t, client, http.MethodGet, "https://mytestkeyvault.vault.azure.net/secrets/"+name+"?api-version=7.4", "", "Authorization: Bearer "+token)
}

func (p *program) clock(t *testing.T) string {
	t.Helper()
	return do(t, direct(t), http.MethodGet, p.env["AZURELOCAL_STATUS_URL"]+"api/clock", "").body
}

func TestState(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state")
	first := start(t, "-state", file)
	require.FileExists(t, file, "a file that cannot be made is noticed at once")
	first.setSecret(t, "mine", "kept")
	do(t, direct(t), http.MethodPost, first.env["AZURELOCAL_STATUS_URL"]+"api/clock", `{"advance": "1h"}`, "Content-Type: application/json")
	require.Equal(t, 0, first.stop(), first.errs)

	for _, args := range [][]string{{"-sql=off"}, {"-seed", "nowhere.json"}} {
		p := start(t, append(args, "-state", file)...)
		got := p.secret(t, "mine")
		require.Equal(t, http.StatusOK, got.status, got.body)
		require.Contains(t, got.body, `"value":"kept"`)
		require.Contains(t, p.clock(t), `"ahead":"1h0m0s"`)
		require.Equal(t, first.env["IDENTITY_HEADER"], p.env["IDENTITY_HEADER"], "what was pasted is still good")
		require.Equal(t, 0, p.stop(), p.errs)
	}
}

func TestStateOfDatabases(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state")
	orders := func(p *program) bool {
		return strings.Contains(do(t, direct(t), http.MethodGet, p.env["AZURELOCAL_STATUS_URL"], "").body, "dbo.Orders")
	}
	first := start(t, "-sql=0", "-seed", documentedSeed(t), "-state", file)
	require.True(t, orders(first))
	require.Equal(t, 0, first.stop(), first.errs)
	require.Equal(t, 0, start(t, "-sql=off", "-state", file).stop(), "their part of the state stays")
	require.True(t, orders(start(t, "-sql=0", "-state", file)))
}

// A state that a run without databases has begun gets them when there is a SQL server.
func TestStateWithoutDatabases(t *testing.T) {
	t.Parallel()
	tables := func(p *program) string {
		return do(t, direct(t), http.MethodGet, p.env["AZURELOCAL_STATUS_URL"], "").body
	}
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"the tutorials'": {nil, "dbo.Employees"},
		"a seed's":       {[]string{"-seed", documentedSeed(t)}, "dbo.Orders"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "state")
			first := start(t, append(test.args, "-sql=off", "-state", file)...)
			require.NotContains(t, tables(first), test.want)
			require.Equal(t, 0, first.stop(), first.errs)
			second := start(t, append(test.args, "-state", file)...)
			require.Contains(t, tables(second), test.want)
			require.Equal(t, 0, second.stop(), second.errs)
			require.Equal(t, 0, start(t, "-sql=off", "-state", file).stop())
			require.Contains(t, tables(start(t, "-seed", "nowhere.json", "-state", file)), test.want)
		})
	}
	file := filepath.Join(t.TempDir(), "state")
	require.Equal(t, 0, start(t, "-sql=off", "-state", file).stop())
	before, err := os.ReadFile(file)
	require.NoError(t, err)
	var out, errs strings.Builder
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // it would serve
	defer cancel()
	require.Equal(t, 2, main.Run(ctx, []string{"-seed", "nowhere.json", "-state", file}, &out, &errs))
	require.Contains(t, errs.String(), "azurelocal: -seed nowhere.json: ")
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestStateIsSavedMeanwhile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state")
	p := start(t, "-sql=off", "-state", file)
	before, err := os.Stat(file)
	require.NoError(t, err)
	p.setSecret(t, "mine", "kept")
	require.Eventually(t, func() bool {
		after, err := os.Stat(file)
		return err == nil && !os.SameFile(before, after)
	}, 20*time.Second, 50*time.Millisecond)
}

func TestStateWithASeed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state")
	seed := documentedSeed(t)
	require.Equal(t, 0, start(t, "-sql=off", "-seed", seed, "-state", file).stop())
	p := start(t, "-sql=off", "-state", file)
	got := do(t, p.client(t), http.MethodGet, "https://contoso.vault.azure.net/secrets/off?api-version=7.4", "")
	require.Equal(t, http.StatusUnauthorized, got.status, "the vault is there")
}

func TestStateOfAnotherVersion(t *testing.T) {
	t.Parallel()
	for part, text := range map[string]string{
		"version": "azurelocal 99", "azuretest": `{"version": 99, "records": []}`,
	} {
		file := filepath.Join(t.TempDir(), "state")
		out, err := os.Create(file)
		require.NoError(t, err)
		archive := zip.NewWriter(out)
		for name, content := range map[string]string{"version": "azurelocal 1", part: text} {
			w, err := archive.Create(name)
			require.NoError(t, err)
			_, err = w.Write([]byte(content))
			require.NoError(t, err)
		}
		require.NoError(t, errors.Join(archive.Close(), out.Close()))
		before, err := os.ReadFile(file)
		require.NoError(t, err)
		var printed, errs strings.Builder
		require.Equal(t, 2, main.Run(t.Context(), []string{"-sql=off", "-state", file}, &printed, &errs))
		require.Empty(t, printed.String())
		require.Contains(t, errs.String(), "azurelocal: -state "+file)
		require.Contains(t, errs.String(), "99")
		require.Equal(t, 1, strings.Count(errs.String(), "\n"), errs.String())
		after, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, before, after)
		t.Log(errs.String())
	}
}

func TestBadState(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	text := filepath.Join(directory, "text")
	require.NoError(t, os.WriteFile(text, []byte("a shopping list"), 0o600))
	for file, want := range map[string]string{
		text:      "this is no state of azurelocal; name another file",
		directory: "this is no file; name a file that can be read and written",
		filepath.Join(directory, "nowhere", "state"): "nothing is saved until the file and its directory can be written",
	} {
		var out, errs strings.Builder
		require.Equal(t, 2, main.Run(t.Context(), []string{"-sql=off", "-state", file}, &out, &errs))
		require.Empty(t, out.String())
		require.Contains(t, errs.String(), "azurelocal: -state "+file)
		require.Contains(t, errs.String(), want)
		require.Equal(t, 1, strings.Count(errs.String(), "\n"))
	}
	data, err := os.ReadFile(text)
	require.NoError(t, err)
	require.Equal(t, "a shopping list", string(data))
}

func TestStateThatCannotBeSaved(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state")
	p := start(t, "-sql=off", "-state", file)
	require.NoError(t, os.WriteFile(file, []byte("somebody else's"), 0o600))
	p.setSecret(t, "mine", "lost")
	require.Equal(t, 1, p.stop())
	require.Contains(t, p.errs.String(), "another program has changed it; it is left as it is")
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "somebody else's", string(data))
}
