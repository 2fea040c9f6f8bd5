package storage_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/storage"
)

// foreignClient is a client as azblob has one: azcore's pipeline, and our policy
// in it.
type foreignClient struct{ pipeline runtime.Pipeline }

func newForeignClient(p policy.Policy, client *http.Client) foreignClient {
	return foreignClient{runtime.NewPipeline("foreign", "v1.0.0", runtime.PipelineOptions{}, &policy.ClientOptions{
		Transport: client, PerRetryPolicies: []policy.Policy{p}, Retry: policy.RetryOptions{MaxRetries: -1},
	})}
}

func (c foreignClient) get(ctx context.Context, address string) (*http.Response, error) {
	req, err := runtime.NewRequest(ctx, http.MethodGet, address)
	if err != nil {
		return nil, err
	}
	return c.pipeline.Do(req)
}

// cutError quotes the URL, as net/http's does.
type cutError struct{ url string }

func (e *cutError) Error() string { return "cut: " + e.url }

func TestASASReplacesWhatIsThere(t *testing.T) {
	t.Parallel()
	future := strings.Replace(tutorialSAS, "2017", "2097", 1)
	credential := sasOf(t, future).NewSASCredential(rcw(), time.Hour)
	for name, test := range map[string]struct{ query, want string }{
		"nothing":  {"", future},
		"a SAS":    {"?sv=old&sig=old&sp=old&skoid=x&ses=y", future},
		"the rest": {"?comp=list&sig=old&prefix=a%20b+c&snapshot=2020&versionid=1&restype=container&marker=&timeout=5&%73ig=old", "comp=list&prefix=a%20b+c&snapshot=2020&versionid=1&restype=container&marker=&timeout=5&" + future},
		"a flag":   {"?acl&&b=1", "acl&b=1&" + future},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent string
			client := newForeignClient(credential.Policy(), service(func(req *http.Request) (*http.Response, error) {
				sent = req.URL.RawQuery
				return answer(200, ""), nil
			}).client())
			resp, err := client.get(t.Context(), containerURL+"/b"+test.query)
			require.NoError(t, err)
			require.Equal(t, test.want, sent)
			require.NotContains(t, resp.Request.URL.String(), "sig=", "what an answer shows")
		})
	}
}

// A SAS is a password for the account: nobody else gets it.
func TestWhereASASGoes(t *testing.T) {
	t.Parallel()
	const own = "mystorageacct.blob.core.windows.net"
	https := strings.Replace(tutorialSAS, "2017", "2097", 1)
	both := strings.Replace(https, "spr=https&", "spr=https%2Chttp&", 1)
	unsaid := strings.Replace(https, "spr=https&", "", 1)
	for name, test := range map[string]struct {
		sas, url string
		hosts    []string
		want     bool
	}{
		"blob":                   {https, "https://" + own + "/c/b", nil, true},
		"the standard port":      {https, "https://" + own + ":443/c/b", nil, true},
		"another case":           {https, "https://MyStorageAcct.Blob.Core.Windows.Net./c/b", nil, true},
		"dfs":                    {https, "https://mystorageacct.dfs.core.windows.net/c/b", nil, true},
		"queue":                  {https, "https://mystorageacct.queue.core.windows.net/c", nil, true},
		"http":                   {unsaid, "http://" + own + "/c/b", nil, false},
		"another port":           {https, "https://" + own + ":8443/c/b", nil, false},
		"another account":        {https, "https://other.blob.core.windows.net/c/b", nil, false},
		"the secondary":          {https, "https://mystorageacct-secondary.blob.core.windows.net/c/b", nil, false},
		"another cloud":          {https, "https://mystorageacct.blob.core.chinacloudapi.cn/c/b", nil, false},
		"a parent of it":         {https, "https://mystorageacct.blob.core.windows.net.evil.example/c/b", nil, false},
		"a user of it":           {https, "https://" + own + "@evil.example/c/b", nil, false},
		"an endpoint":            {https, "https://10.0.0.4/c/b", []string{"10.0.0.4"}, true},
		"any port of it":         {https, "https://10.0.0.4:444/c/b", []string{"10.0.0.4"}, true},
		"its port":               {https, "https://blobs.example:444/c/b", []string{"Blobs.Example:444"}, true},
		"its standard port":      {https, "https://blobs.example/c/b", []string{"blobs.example:443"}, true},
		"not its port":           {https, "https://blobs.example:445/c/b", []string{"blobs.example:444"}, false},
		"an Azurite":             {both, "http://127.0.0.1:10000/devstoreaccount1/c/b", []string{"127.0.0.1:10000"}, true},
		"an Azurite, unsaid":     {unsaid, "http://127.0.0.1:10000/devstoreaccount1/c/b", []string{"127.0.0.1:10000"}, true},
		"an Azurite, https only": {https, "http://127.0.0.1:10000/devstoreaccount1/c/b", []string{"127.0.0.1:10000"}, false},
		"own host, listed":       {unsaid, "http://" + own + "/c/b", []string{own}, true},
		"IPv6":                   {unsaid, "http://[::1]:10000/a/c/b", []string{"[::1]:10000"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			credential := sasOf(t, test.sas, hosts(test.hosts...)).NewSASCredential(rcw(), time.Hour)
			var sent url.Values
			client := newForeignClient(credential.Policy(), service(func(req *http.Request) (*http.Response, error) {
				sent = req.URL.Query()
				return answer(200, ""), nil
			}).client())
			_, err := client.get(t.Context(), test.url+"?comp=x")
			require.NoError(t, err)
			require.Equal(t, "x", sent.Get("comp"))
			require.Equal(t, test.want, sent.Has("sig"))
		})
	}
}

func TestEachCloudHasItsOwnHosts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cloud cloud.Configuration
		want  string
	}{
		"public":        {cloud.AzurePublic, "core.windows.net"},
		"US government": {cloud.AzureGovernment, "core.usgovcloudapi.net"},
		"China":         {cloud.AzureChina, "core.chinacloudapi.cn"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := sasOf(t, strings.Replace(tutorialSAS, "2017", "2097", 1), func(o *storage.ClientOptions) { o.Cloud = test.cloud })
			policy := client.NewSASCredential(rcw(), time.Hour).Policy()
			var signed []string
			foreign := newForeignClient(policy, service(func(req *http.Request) (*http.Response, error) {
				if req.URL.Query().Has("sig") {
					signed = append(signed, req.URL.Host)
				}
				return answer(200, ""), nil
			}).client())
			for _, domain := range []string{"core.windows.net", "core.usgovcloudapi.net", "core.chinacloudapi.cn"} {
				_, err := foreign.get(t.Context(), "https://mystorageacct.blob."+domain+"/c/b")
				require.NoError(t, err)
			}
			require.Equal(t, []string{"mystorageacct.blob." + test.want}, signed)
		})
	}
}

// Neither what a client says of itself nor the errors of its transport have a SAS.
func TestAClientNeverPrintsItsSAS(t *testing.T) {
	t.Parallel()
	sas := sasOf(t, strings.Replace(tutorialSAS, "2017", "2097", 1)).NewSASCredential(rcw(), time.Hour)
	failing := service(func(req *http.Request) (*http.Response, error) { return nil, &cutError{req.URL.String()} })
	client, err := storage.NewContainerClient(containerURL, sas, &storage.ClientOptions{HTTPClient: failing.client(), ClientOptions: policyOptions()})
	require.NoError(t, err)
	_, _, err = client.Download(t.Context(), "b")
	require.Error(t, err)
	var texts []string
	for _, value := range []any{sas, client, err, *client, struct{ c *storage.SASCredential }{sas}} {
		texts = append(texts, fmt.Sprintf("%v %+v %#v %s %q", value, value, value, value, value))
		inJSON, err := json.Marshal(value)
		require.NoError(t, err)
		texts = append(texts, string(inJSON))
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		texts = append(texts, e.Error())
	}
	for _, text := range texts {
		require.NotContains(t, text, "JVhI")
	}
}

// A service may repeat what signed the request, in whatever form.
func TestNoErrorRepeatsASignature(t *testing.T) {
	t.Parallel()
	for name, repeat := range map[string]func(*http.Request) string{
		"the URL": func(r *http.Request) string { return r.URL.String() },
		"as sent": func(r *http.Request) string {
			return "it was " + r.URL.RawQuery[strings.Index(r.URL.RawQuery, "sig=")+4:]
		},
		"decoded":   func(r *http.Request) string { return "it was (" + r.URL.Query().Get("sig") + ")" },
		"encoded":   func(r *http.Request) string { return "it was " + url.QueryEscape(r.URL.Query().Get("sig")) + "!" },
		"in a word": func(r *http.Request) string { return "<" + r.URL.Query().Get("sig") + ">" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sas := sasOf(t, strings.Replace(tutorialSAS, "2017", "2097", 1)).NewSASCredential(rcw(), time.Hour)
			echo := service(func(r *http.Request) (*http.Response, error) {
				var text strings.Builder
				require.NoError(t, xml.EscapeText(&text, []byte(repeat(r))))
				return answer(400, "<Error><Code>"+text.String()+"</Code><Message>"+text.String()+"</Message></Error>", "X-Ms-Error-Code", repeat(r)), nil
			})
			client, err := storage.NewContainerClient(containerURL, sas, &storage.ClientOptions{HTTPClient: echo.client(), ClientOptions: policyOptions()})
			require.NoError(t, err)
			_, _, err = client.Download(t.Context(), "b")
			require.ErrorContains(t, err, "REDACTED")
			text := fmt.Sprintf("%v %+v %#v", err, err, err)
			require.NotContains(t, text, "JVhI")
			require.NotContains(t, text, "4O0E")
		})
	}
}

func policyOptions() azcore.ClientOptions {
	return azcore.ClientOptions{Retry: policy.RetryOptions{MaxRetries: -1}}
}

func TestARequestWithoutSASSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sas := w.client.NewSASCredential(rcw(), time.Hour)
	client, err := storage.NewContainerClient("https://otheracct.blob.core.windows.net/mycontainer", sas, w.options())
	require.NoError(t, err)
	w.StorageAccount("otheracct").Container("mycontainer").SetBlob("b", nil)
	_, err = client.Properties(t.Context(), "b")
	require.ErrorIs(t, err, storage.ErrUnauthorized)
	require.ErrorContains(t, err, "the SAS was not sent: the host is none of the account's, nor in SASHosts")
	require.Zero(t, w.count(lists))
}

func TestATokenAndASASDoNotGoTogether(t *testing.T) {
	t.Parallel()
	sas := sasOf(t, strings.Replace(tutorialSAS, "2017", "2097", 1)).NewSASCredential(rcw(), time.Hour)
	client := newForeignClient(sas.Policy(), service(func(*http.Request) (*http.Response, error) {
		t.Error("a request was sent")
		return answer(200, ""), nil
	}).client())
	req, err := runtime.NewRequest(t.Context(), http.MethodGet, containerURL)
	require.NoError(t, err)
	req.Raw().Header.Set("Authorization", "Bearer x")
	_, err = client.pipeline.Do(req)
	require.EqualError(t, err, "storage: the request has a token: a client that gets its SAS from a policy must be made without a credential")
}

func TestTheErrorOfAForeignPolicyHasNoSAS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sas := w.client.NewSASCredential(rcw(), time.Hour)
	foreign := newForeignClient(sas.Policy(), service(func(req *http.Request) (*http.Response, error) {
		require.Contains(t, req.URL.RawQuery, "sig=")
		return nil, &cutError{req.URL.String()}
	}).client())
	_, err := foreign.get(t.Context(), containerURL+"/b?comp=x&sv=old&sig=old&timeout=5")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "sig=old")
	got, tokenErr := sas.SAS(t.Context())
	require.NoError(t, tokenErr)
	_, signature, _ := strings.Cut(got.Token(), "sig=")
	require.NotContains(t, err.Error(), signature)
}
