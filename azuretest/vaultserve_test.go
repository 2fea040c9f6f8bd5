package azuretest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestVaultBadRequests(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	v := contoso(srv)
	srv.Vault("contoso").SetSecret("a", "1")
	many := `{"value":"v","tags":{` + strings.TrimSuffix(strings.Repeat(`"T":"",`, 16), ",") + `}}`
	for i := range 16 {
		many = strings.Replace(many, `"T"`, `"`+string(rune('a'+i))+`"`, 1)
	}
	long := strings.Repeat("x", 257)
	tests := map[string]struct {
		method, path, body string
		status             int
		code               string
	}{
		"no api-version":          {http.MethodGet, v.url + "/secrets/a", "", 400, "BadParameter"},
		"unknown api-version":     {http.MethodGet, v.url + "/secrets/a?api-version=7.7", "", 400, "BadParameter"},
		"query that is none":      {http.MethodGet, v.url + "/secrets/a?api-version=%zz", "", 400, "BadParameter"},
		"bad name":                {http.MethodGet, "/secrets/my_secret", "", 400, "BadParameter"},
		"name with a slash":       {http.MethodGet, "/secrets/a%2Fb", "", 400, "BadParameter"},
		"name of 128":             {http.MethodGet, "/secrets/" + strings.Repeat("a", 128), "", 400, "BadParameter"},
		"bad version":             {http.MethodGet, "/secrets/a/latest", "", 400, "BadParameter"},
		"version in capitals":     {http.MethodGet, "/secrets/a/7C2204C6093C4D859BC5B9EFF8F29050", "", 400, "BadParameter"},
		"no such secret":          {http.MethodGet, "/secrets/b", "", 404, "SecretNotFound"},
		"no such version":         {http.MethodGet, "/secrets/a/7c2204c6093c4d859bc5b9eff8f29050", "", 404, "SecretNotFound"},
		"update of none":          {http.MethodPatch, "/secrets/b", "{}", 404, "SecretNotFound"},
		"delete of none":          {http.MethodDelete, "/secrets/b", "", 404, "SecretNotFound"},
		"backup of none":          {http.MethodPost, "/secrets/b/backup", "", 404, "SecretNotFound"},
		"recover of none":         {http.MethodPost, "/deletedsecrets/b/recover", "", 404, "SecretNotFound"},
		"recover of a live one":   {http.MethodPost, "/deletedsecrets/a/recover", "", 404, "SecretNotFound"},
		"purge of none":           {http.MethodDelete, "/deletedsecrets/b", "", 404, "SecretNotFound"},
		"get of none deleted":     {http.MethodGet, "/deletedsecrets/a", "", 404, "SecretNotFound"},
		"wrong method":            {http.MethodPost, "/secrets/a", "", 405, "MethodNotAllowed"},
		"wrong path":              {http.MethodGet, "/keys/a", "", 404, "NotFound"},
		"empty name":              {http.MethodPut, "/secrets//", `{"value":"v"}`, 404, "NotFound"},
		"empty name and version":  {http.MethodGet, "/secrets//7c2204c6093c4d859bc5b9eff8f29050", "", 404, "NotFound"},
		"set without a name":      {http.MethodPut, "/secrets/", `{"value":"v"}`, 405, "MethodNotAllowed"},
		"path too long":           {http.MethodGet, "/secrets/a/b/c", "", 404, "NotFound"},
		"no body":                 {http.MethodPut, "/secrets/a", "", 400, "BadParameter"},
		"no value":                {http.MethodPut, "/secrets/a", "{}", 400, "BadParameter"},
		"value null":              {http.MethodPut, "/secrets/a", `{"value":null}`, 400, "BadParameter"},
		"value no string":         {http.MethodPut, "/secrets/a", `{"value":1}`, 400, "BadParameter"},
		"value too long":          {http.MethodPut, "/secrets/a", `{"value":"` + strings.Repeat("x", 25601) + `"}`, 400, "BadParameter"},
		"value too long in UTF-8": {http.MethodPut, "/secrets/a", `{"value":"` + strings.Repeat("ü", 12801) + `"}`, 400, "BadParameter"},
		"body too long":           {http.MethodPut, "/secrets/a", strings.Repeat(" ", 1<<20+1), 413, "BadParameter"},
		"contentType too long":    {http.MethodPut, "/secrets/a", `{"value":"v","contentType":"` + long + `"}`, 400, "BadParameter"},
		"16 tags":                 {http.MethodPut, "/secrets/a", many, 400, "BadParameter"},
		"tag name too long":       {http.MethodPut, "/secrets/a", `{"value":"v","tags":{"` + long + `":""}}`, 400, "BadParameter"},
		"tag value too long":      {http.MethodPut, "/secrets/a", `{"value":"v","tags":{"t":"` + long + `"}}`, 400, "BadParameter"},
		"nbf after exp":           {http.MethodPut, "/secrets/a", `{"value":"v","attributes":{"nbf":2,"exp":1}}`, 400, "BadParameter"},
		"update to nbf after exp": {http.MethodPatch, "/secrets/a", `{"attributes":{"nbf":2,"exp":1}}`, 400, "BadParameter"},
		"update that is no JSON":  {http.MethodPatch, "/secrets/a", `{`, 400, "BadParameter"},
		"maxresults 0":            {http.MethodGet, "/secrets?maxresults=0", "", 400, "BadParameter"},
		"maxresults 26":           {http.MethodGet, "/secrets?maxresults=26", "", 400, "BadParameter"},
		"maxresults no number":    {http.MethodGet, "/secrets/a/versions?maxresults=x", "", 400, "BadParameter"},
		"bad skip token":          {http.MethodGet, "/secrets?$skiptoken=x", "", 400, "BadParameter"},
		"restore of nonsense":     {http.MethodPost, "/secrets/restore", `{"value":"bm9uc2Vuc2U"}`, 400, "BadParameter"},
		"restore that is no JSON": {http.MethodPost, "/secrets/restore", `x`, 400, "BadParameter"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got answer
			if strings.HasPrefix(test.path, "https:") {
				got = v.caller.do(t, test.method, test.path, test.body)
			} else {
				got = v.do(t, test.method, test.path, test.body)
			}
			require.Equal(t, test.status, got.Status, got.Body)
			require.Equal(t, test.code, got.At(t, "error", "code"))
		})
	}
}
