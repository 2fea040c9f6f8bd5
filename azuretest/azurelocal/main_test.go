package main_test

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	main "github.com/keyless-go/azure/azuretest/azurelocal"
)

const secretURL = "https://mytestkeyvault.vault.azure.net/secrets/MyTestSecret?api-version=2016-10-01"

func TestTutorialThroughTheProxy(t *testing.T) {
	t.Parallel()
	p := start(t, "-sql=off")
	client := p.client(t)
	token := p.token(t, client, "https://vault.azure.net")
	got := do(t, client, http.MethodGet, secretURL, "", "Authorization: Bearer "+token)
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Contains(t, got.body, `"value":"p@ssw0rd!"`)
	require.Equal(t, "HTTP/2.0", got.proto)
}

func TestTokenEndpoints(t *testing.T) {
	t.Parallel()
	p := start(t, "-sql=off")
	client := direct(t)
	t.Run("a machine's", func(t *testing.T) {
		t.Parallel()
		got := do(t, client, http.MethodGet, p.env["AZURE_POD_IDENTITY_AUTHORITY_HOST"]+
			"/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net", "", "Metadata: true")
		require.Equal(t, http.StatusOK, got.status, got.body)
		require.Contains(t, got.body, "access_token")
	})
	t.Run("App Service's", func(t *testing.T) {
		t.Parallel()
		address := p.env["IDENTITY_ENDPOINT"] + "?api-version=2019-08-01&resource=https://vault.azure.net"
		got := do(t, client, http.MethodGet, address, "", "X-IDENTITY-HEADER: "+p.env["IDENTITY_HEADER"])
		require.Equal(t, http.StatusOK, got.status, got.body)
		require.Equal(t, http.StatusForbidden, do(t, client, http.MethodGet, address, "", "X-IDENTITY-HEADER: guessed").status)
	})
	t.Run("under its own name, without a proxy", func(t *testing.T) {
		t.Parallel()
		got := do(t, client, http.MethodGet, p.env["HTTP_PROXY"]+
			"/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net", "", "Metadata: true", "Host: 169.254.169.254")
		require.Equal(t, http.StatusOK, got.status, got.body)
	})
}

func TestFilesAndPorts(t *testing.T) {
	t.Parallel()
	t.Run("a temporary certificate is gone at the end", func(t *testing.T) {
		t.Parallel()
		p := start(t, "-sql=off")
		require.FileExists(t, p.env["SSL_CERT_FILE"])
		require.Equal(t, 0, p.stop())
		require.NoFileExists(t, p.env["SSL_CERT_FILE"])
		require.Empty(t, p.errs.String())
	})
	t.Run("a named one stays, and is good the next time", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "a ca's.pem")
		for range 2 {
			p := start(t, "-sql=off", "-ca", file)
			require.Equal(t, 0, p.stop())
			require.FileExists(t, file)
		}
	})
	t.Run("the ports are closed at the end", func(t *testing.T) {
		t.Parallel()
		p := start(t)
		addresses := []string{strings.TrimPrefix(p.env["HTTP_PROXY"], "http://"), p.tls, p.env["AZURELOCAL_SQL_SERVER"]}
		require.Equal(t, 0, p.stop())
		for _, addr := range addresses {
			_, err := net.Dial("tcp", addr)
			require.Error(t, err, addr)
		}
	})
	t.Run("a fixed port", func(t *testing.T) {
		t.Parallel()
		p := start(t, "-sql=off")
		require.Equal(t, 0, p.stop())
		addr := strings.TrimPrefix(p.env["HTTP_PROXY"], "http://127.0.0.1:")
		require.Equal(t, "http://127.0.0.1:"+addr, start(t, "-sql=off", "-http", addr).env["HTTP_PROXY"])
	})
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	_, used, err := net.SplitHostPort(taken.Addr().String())
	require.NoError(t, err)
	directory := t.TempDir()
	foreign := filepath.Join(directory, "foreign.pem")
	require.NoError(t, os.WriteFile(foreign, []byte("mine"), 0o600))
	tests := map[string]struct {
		args []string
		want string
	}{
		"unknown flag":       {[]string{"-frobnicate"}, "-help lists the flags"},
		"an argument":        {[]string{"serve"}, `unexpected argument "serve"; -help lists the flags`},
		"no port":            {[]string{"-http", "x"}, "want a number from 0 to 65535"},
		"no shell":           {[]string{"-shell", "tcsh"}, "want bash, powershell, fish or all"},
		"http off":           {[]string{"-http", "off"}, "only -sql can be off"},
		"http port in use":   {[]string{"-http", used}, "-http " + used + ": "},
		"TLS port in use":    {[]string{"-tls", used}, "-tls " + used + ": "},
		"SQL port in use":    {[]string{"-sql", used}, "-sql " + used + ": "},
		"foreign -ca file":   {[]string{"-ca", foreign}, "is not the emulator's certificate; name another"},
		"-ca is a directory": {[]string{"-ca", directory}, "name a file that can be written"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errs strings.Builder
			require.Equal(t, 2, main.Run(t.Context(), test.args, &out, &errs))
			require.Empty(t, out.String())
			require.Contains(t, errs.String(), test.want)
			require.Equal(t, 1, strings.Count(errs.String(), "\n"), "one line: %s", errs.String())
			require.True(t, strings.HasPrefix(errs.String(), "azurelocal: "))
		})
	}
	data, err := os.ReadFile(foreign)
	require.NoError(t, err)
	require.Equal(t, "mine", string(data))
}

func TestHelp(t *testing.T) {
	t.Parallel()
	var out, errs strings.Builder
	require.Equal(t, 0, main.Run(t.Context(), []string{"-help"}, &out, &errs))
	require.Empty(t, errs.String())
	for _, name := range []string{"-http", "-tls", "-sql", "-ca", "-seed", "-state", "-shell"} {
		require.Contains(t, out.String(), name)
	}
}
