package page_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/azurelocal/internal/page"
)

func TestPageShowsWhatThereIs(t *testing.T) {
	t.Parallel()
	s := newSite(t, page.Options{
		Databases: func() []page.Database {
			return []page.Database{{Name: "mydatabase", Tables: []string{"dbo.Employees"}, Users: []page.User{{Name: "DevTestVM", Roles: []string{"db_datareader"}}}}}
		},
		Places: []page.Place{{Name: "TLS", Address: "127.0.0.1:8443"}},
	})
	s.azure.AddUserIdentity("backend")
	s.azure.DataLake("mydatalake", azuretest.Gen1).WriteFile("/TestFolder/Test1.txt", make([]byte, 2000))
	s.azure.StorageAccount("mystorageacct").Container("mycontainer").SetBlob("testblob", make([]byte, 56))
	s.ask(t, secretURL, "https://vault.azure.net")
	s.ask(t, secretURL, "https://management.azure.com/")
	got := s.page(t)
	for id, wants := range map[string][]string{
		"requests": {
			`data-number="1"`, `<span class="badge">allowed</span> <span class="status">200</span> <b>GET</b> <span class="url">` + secretURL + `</span>`,
			`keyvault.get</span> <span>DevTestVM`,
			`<span class="badge">denied</span> <span class="status">401</span>`,
			`audience is &#34;https://management.azure.com/&#34;, the service wants &#34;https://vault.azure.net&#34;`,
		},
		"tokens":     {"<code>https://vault.azure.net</code>", "<code>https://management.azure.com/</code>", "DevTestVM", "until <time"},
		"identities": {"<b>DevTestVM</b> <span class=\"kind\">system-assigned", "<b>backend</b> <span class=\"kind\">user-assigned", ">person<"},
		"vaults":     {"<b>mi-lab-vault</b>", "<b>mytestkeyvault</b>", ">MyTestSecret<"},
		"groups":     {"<b>DevTest</b> <span class=\"kind\">westus", "98f51385-2edc-4b79-bed9-7718de4cb861", "Microsoft.Storage/storageAccounts"},
		"files":      {"mystorageacct/mycontainer</b> <span class=\"kind\">blob container", "<code>testblob</code> <span class=\"about\">56 B", "Gen1 data lake", "/TestFolder/Test1.txt</code> <span class=\"about\">2.0 KiB"},
		"databases":  {"<b>mydatabase</b>", ">dbo.Employees<", "<span>DevTestVM</span> <span>db_datareader</span>"},
		"sas":        {"none yet"},
	} {
		for _, want := range wants {
			require.Contains(t, section(t, got, id), want, id)
		}
	}
	require.Contains(t, got, "<dt>TLS</dt><dd>127.0.0.1:8443</dd>")
	require.Less(t, strings.Index(got, `data-number="2"`), strings.Index(got, `data-number="1"`), "the newest is first")
}

func TestPageHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	s := newSite(t, page.Options{})
	s.ask(t, secretURL, "https://vault.azure.net")
	s.ask(t, "https://mystorageacct.blob.core.windows.net/mycontainer/x?sv=2021-12-02&sig=opensesame", "")
	s.ask(t, "https://mydatalake.azuredatalakestore.net/webhdfs/v1/?op=LISTSTATUS&delegation=opensesame", "")
	s.ask(t, "https://mystorageacct.blob.core.windows.net/mycontainer/x?client%5Fsecret=opensesame&c=AccountKey%3Dopensesame", "")
	token := s.azure.SystemIdentity().Token("https://vault.azure.net", time.Hour)
	s.ask(t, "https://mytestkeyvault.vault.azure.net/secrets/"+token+"?api-version=7.4", "")
	got := s.page(t)
	for _, secret := range []string{
		token, "eyJ", "opensesame", "p@ssw0rd!", "My Secret", s.azure.Environment("AppService")["IDENTITY_HEADER"],
		s.azure.StorageAccount("mystorageacct").Key("key1"),
	} {
		require.NotContains(t, got, secret)
	}
}

// What a client sends is text, wherever it comes back.
func TestPageEscapes(t *testing.T) {
	t.Parallel()
	const bad = `<img src=x onerror="alert(1)">`
	s := newSite(t, page.Options{
		Databases: func() []page.Database {
			return []page.Database{{Name: bad, Tables: []string{bad}, Users: []page.User{{Name: bad}}}}
		},
		Places: []page.Place{{Name: bad, Address: bad}},
	})
	s.azure.DataLake("mydatalake", azuretest.Gen1).WriteFile("/TestFolder/"+bad, nil)
	s.azure.StorageAccount("mystorageacct").Container("mycontainer").SetBlob(bad, nil)
	s.azure.SystemIdentity().Token(bad, time.Hour)
	s.azure.AddUserIdentity(bad)
	s.azure.Receive(azuretest.Request{Method: bad, URL: bad, Operation: bad}).Finish(403, bad, bad)
	s.azure.Fail(azuretest.Fault{Operation: "sql.reset", Code: bad, Times: -1})
	got := s.page(t)
	require.NotContains(t, got, "<img")
	require.GreaterOrEqual(t, strings.Count(got, "&lt;img src=x onerror="), 10)
}

func TestPageIsGuarded(t *testing.T) {
	t.Parallel()
	s := newSite(t, page.Options{})
	s.azure.Fail(azuretest.Fault{Operation: "sql.reset", Status: 500, Times: -1})
	w := s.get(t, "/")
	policy := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
		require.Contains(t, policy, want)
	}
	require.NotContains(t, policy, "unsafe")
	require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	html := w.Body.String()
	require.NotRegexp(t, `<script(>|[^>]*>[^<])`, html, "no script is in the page")
	require.NotRegexp(t, `<style|\sstyle=|\son\w+=`, html)
	require.NotRegexp(t, `(src|href|action)="[^/#]`, html, "nothing is of another host")
}

func TestAssets(t *testing.T) {
	t.Parallel()
	s := newSite(t, page.Options{})
	for path, kind := range map[string]string{
		"/page/style.css": "text/css; charset=utf-8", "/page/live.js": "text/javascript; charset=utf-8", "/page/icon.svg": "image/svg+xml",
	} {
		w := s.get(t, path)
		require.Equal(t, http.StatusOK, w.Code)
		require.Equal(t, kind, w.Header().Get("Content-Type"))
		require.NotRegexp(t, `(url\(|@import|https?://[^w])`, w.Body.String(), "nothing is of another host")
	}
	for _, path := range []string{"/page/", "/page/page.html", "/page/state.html", "/other"} {
		require.Equal(t, http.StatusNotFound, s.get(t, path).Code, path)
	}
}

// A long list says how much of it is not shown.
func TestPageIsBounded(t *testing.T) {
	t.Parallel()
	s := newSite(t, page.Options{})
	lake := s.azure.DataLake("mydatalake", azuretest.Gen1)
	for i := range 300 {
		name := strings.Repeat("x", i+1)
		s.azure.Vault("mytestkeyvault").SetSecret("s"+name[:i/3+1], "v")
		lake.WriteFile("/"+name[:min(i+1, 200)], nil)
		s.azure.SystemIdentity().Token("https://vault.azure.net", time.Hour)
		s.azure.Receive(azuretest.Request{Operation: "sql.batch"}).Finish(200, "", "")
	}
	got := s.page(t)
	require.Equal(t, 200, strings.Count(got, "data-number="))
	require.Contains(t, got, `data-number="300"`)
	require.Contains(t, section(t, got, "tokens"), "and 250 more")
	require.Contains(t, section(t, got, "vaults"), "and 51 more")
	require.Contains(t, section(t, got, "files"), "and 151 more")
}

func TestDecisions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		operation string
		status    int
		reason    string
		want      string
	}{
		{"a good one", "keyvault.get", 200, "", "allowed"},
		{"a redirect", "datalake.create", 307, "", "allowed"},
		{"no token", "keyvault.get", 401, "no token", "denied"},
		{"no permission", "keyvault.get", 403, "no permission", "denied"},
		{"a login that is none", "sql.login", 18456, "Login failed", "denied"},
		{"a table that is another's", "sql.batch", 229, "SELECT permission was denied", "denied"},
		{"nothing there", "keyvault.get", 404, "not found", "refused"},
		{"a wrong statement", "sql.batch", 102, "Incorrect syntax", "refused"},
		{"an error without a reason", "arm.groups.get", 409, "", "refused"},
		{"a fault", "imds.token", 429, "fault: status 429", "fault"},
		{"a fault that hangs up", "imds.token", 0, "fault: status -1", "fault"},
		{"nobody's", "unknown", 404, "no such host", "unknown"},
		{"a client that left", "imds.token", 0, "the client left", "no-answer"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, page.Options{})
			s.azure.Receive(azuretest.Request{Operation: test.operation}).Finish(test.status, "DevTestVM", test.reason)
			got := section(t, s.page(t), "requests")
			require.Contains(t, got, `class="request `+test.want+`"`)
			require.Contains(t, got, test.reason)
		})
	}
}
