package redact_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/azurelocal/internal/redact"
)

func TestText(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"form":                 {"grant_type=client_credentials&client_secret=s3cret+x&scope=a", "grant_type=client_credentials&client_secret=REDACTED&scope=a"},
		"first in a form":      {"refresh_token=s3cret&a=b", "refresh_token=REDACTED&a=b"},
		"escaped name":         {"a=b&Client%5FSecret=s3cret", "a=b&Client%5FSecret=REDACTED"},
		"query":                {"https://a.test/b?code=s3cret&op=OPEN&delegation=s3cret#c", "https://a.test/b?code=REDACTED&op=OPEN&delegation=REDACTED"},
		"quoted address":       {`no "https://a.test/?password=s3cret" is there`, `no "https://a.test/?password=REDACTED" is there`},
		"JSON":                 {`{"clientSecret": "s3\"cret", "a": 1}`, `{"clientSecret": "REDACTED", "a": 1}`},
		"JSON, nested":         {`{"p":{"adminPassword":{"value":"s3cret","x":[1]},"b":2}}`, `{"p":{"adminPassword":"REDACTED","b":2}}`},
		"JSON, a list":         {`{"passwords":1,"apiKey":["s3cret", "s3cret"]}`, `{"passwords":1,"apiKey":"REDACTED"}`},
		"JSON, a number":       {`{"pwd":12345,"a":2}`, `{"pwd":"REDACTED","a":2}`},
		"JSON, cut":            {`{"refresh_token":"s3cre`, `{"refresh_token":"REDACTED"`},
		"JSON, cut at a field": {`{"password":`, `{"password":"REDACTED"`},
		"JSON, escaped name":   {`{"client\u005fsecret":"s3cret"}`, `{"client\u005fsecret":"REDACTED"}`},
		"connection string":    {"AccountName=a;AccountKey=s3cret==;EndpointSuffix=c", "AccountName=a;AccountKey=REDACTED;EndpointSuffix=c"},
		"in a query":           {"https://a.test/?c=AccountName%3Da%3BAccountKey%3Ds3cret%3D%3D&d=e", "https://a.test/?c=AccountName%3Da%3BAccountKey%3DREDACTED&d=e"},
		"in JSON":              {`{"c":"Server=a;Pwd=s3cret;x=y"}`, `{"c":"Server=a;Pwd=REDACTED;x=y"}`},
		"quoted in JSON":       {`{"c":"Server=a;Password=\"s3 cret\"\"s3cret\";x=y"}`, `{"c":"Server=a;Password=REDACTED;x=y"}`},
		"in braces":            {"Server=a;PWD={s3;cret}}s3cret};x=y", "Server=a;PWD=REDACTED;x=y"},
		"a quote in a form":    {"a=b&client_secret='s3'cret{x}&c=d", "a=b&client_secret=REDACTED&c=d"},
		"a brace in a form":    {"a=b&client_secret={s3}cret&c=d", "a=b&client_secret=REDACTED&c=d"},
		"JSON in JSON":         {`{"b":"{\"client_secret\": \"s3\\\"cret\",\"pwd\":12345,\"a\":1}","c":2}`, `{"b":"{\"client_secret\": \"REDACTED\",\"pwd\":\"REDACTED\",\"a\":1}","c":2}`},
		"JSON in JSON, cut":    {`{"b":"{\"client_secret\":\"s3cre`, `{"b":"{\"client_secret\":\"REDACTED\"`},
		"T-SQL":                {"CREATE LOGIN a WITH PASSWORD = N's3''cret', b = 1", "CREATE LOGIN a WITH PASSWORD =REDACTED, b = 1"},
		"what opens nothing":   {`{"value":"x","code":"Throttled","nextLink":"?$skiptoken=a&x=y","error":{"code":1}}`, ""},
		"a list goes on":       {"https://a.test/?$skiptoken=a&continuationToken=b&keyName=key1", ""},
		"no name":              {"=&==&\":\"", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := redact.Text(test.text)
			if test.want == "" {
				test.want = test.text
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	in := azuretest.Request{
		Method: "POST", URL: "https://a.test/?client_secret=s3cret", Reason: "no ?token=s3cret",
		Header: http.Header{
			"Authorization": {"Bearer REDACTED"}, "Cookie": {"a=s3cret"}, "X-Ms-Encryption-Key": {"s3cret"}, "Ocp-Apim-Subscription-Key": {"s3cret"},
			"Referer": {"https://b.test/?password=s3cret"}, "Accept": {"*/*"},
		},
		Body: []byte("AccountKey=s3cret;\xe2\x82"),
	}
	got := redact.Request(in)
	require.Equal(t, azuretest.Request{
		Method: "POST", URL: "https://a.test/?client_secret=REDACTED", Reason: "no ?token=REDACTED",
		Header: http.Header{
			"Authorization": {"Bearer REDACTED"}, "Cookie": {"REDACTED"}, "X-Ms-Encryption-Key": {"REDACTED"}, "Ocp-Apim-Subscription-Key": {"REDACTED"},
			"Referer": {"https://b.test/?password=REDACTED"}, "Accept": {"*/*"},
		},
		Body: []byte("AccountKey=REDACTED"),
	}, got)
	require.Equal(t, "a=s3cret", in.Header.Get("Cookie"), "what is given stays as it is")
	require.Equal(t, "\xff\xff\xff\xffpwd=1", string(redact.Request(azuretest.Request{Body: []byte("\xff\xff\xff\xffpwd=1")}).Body), "no text")
	body := `{"value":"s3cret"}`
	require.Equal(t, body, string(redact.Request(azuretest.Request{Body: []byte(body)}).Body))
}

func FuzzText(f *testing.F) {
	f.Add("a=b", "c")
	f.Add(`{"a":"b`, "}")
	f.Add(`{"a":[{`, "&")
	f.Fuzz(func(t *testing.T, before, after string) {
		const secret = "s3cretValue"
		for _, text := range []string{
			"a=b&client_secret=" + secret + "&" + after, "a=b;Pwd={" + secret + "}" + after, `{"a":"b;Password=\"` + secret + `\"` + after,
			`{"password": "` + secret + `"` + after, `{"a":"{\"password\": \"` + secret + `\"` + after,
		} {
			require.NotContains(t, redact.Text(text), secret)
		}
		require.NotPanics(t, func() { redact.Text(before + strings.Repeat(after, 3)) })
	})
}
