package azuretest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

const (
	imdsToken = "http://169.254.169.254/metadata/identity/oauth2/token"
	vaultAud  = "https://vault.azure.net"
	tutorial  = "https://mytestkeyvault.vault.azure.net"
)

// answer is a response that has been read to its end.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

// JSON decodes the body.
func (a answer) JSON(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal([]byte(a.Body), &m), a.Body)
	return m
}

// At returns what is at a path of keys in the body, "" if there is nothing.
func (a answer) At(t *testing.T, keys ...string) any {
	t.Helper()
	var v any = a.JSON(t)
	for _, key := range keys {
		m, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = m[key]
	}
	if v == nil {
		return ""
	}
	return v
}

// caller sends requests, with a token if it has one.
type caller struct {
	client *http.Client
	token  string
}

func (c caller) do(t *testing.T, method, url, body string, header ...string) answer {
	t.Helper()
	a, err := c.try(t, method, url, body, header...)
	require.NoError(t, err)
	return a
}

func (c caller) try(t *testing.T, method, url, body string, header ...string) (answer, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return answer{Status: resp.StatusCode, Header: resp.Header, Body: string(data)}, err
}

// machine returns a caller with the machine's own token for vaults.
func machine(srv *azuretest.Server) caller {
	return caller{srv.Client(), srv.SystemIdentity().Token(vaultAud, time.Hour)}
}

// vault sends requests to one vault by one API version.
type vault struct {
	caller

	url, version string
}

func (v vault) do(t *testing.T, method, path, body string) answer {
	t.Helper()
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return v.caller.do(t, method, v.url+path+sep+"api-version="+v.version, body)
}

func contoso(srv *azuretest.Server) vault {
	return vault{machine(srv), srv.Vault("contoso").URL(), "7.4"}
}
