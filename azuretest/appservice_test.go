package azuretest_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// askAppService asks for a token as a program would that sees the environment of
// App Service. Parameters replace the usual ones; an empty value drops them.
func askAppService(t *testing.T, srv *azuretest.Server, version string, keyValues ...string) answer {
	t.Helper()
	env := srv.Environment("AppService")
	q := url.Values{"api-version": {version}, "resource": {vaultAud}}
	for i := 0; i+1 < len(keyValues); i += 2 {
		q.Set(keyValues[i], keyValues[i+1])
		if keyValues[i+1] == "" {
			q.Del(keyValues[i])
		}
	}
	header := "X-IDENTITY-HEADER"
	if version == "2017-09-01" {
		header = "Secret"
	}
	return caller{client: srv.Client()}.do(t, http.MethodGet, env["IDENTITY_ENDPOINT"]+"?"+q.Encode(), "", header, env["IDENTITY_HEADER"])
}

func TestAppServiceAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		got := askAppService(t, srv, "2019-08-01")
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		body := got.JSON(t)
		require.Regexp(t, `^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$`, body["access_token"])
		delete(body, "access_token")
		require.Equal(t, map[string]any{
			"client_id":  strings.ToUpper(srv.SystemIdentity().ClientID()),
			"expires_on": strconv.FormatInt(time.Now().Unix()+86399, 10),
			"resource":   vaultAud,
			"token_type": "Bearer",
		}, body)
		require.Equal(t, "appservice.token", srv.Requests()[0].Operation)
		require.Equal(t, "DevTestVM", srv.Requests()[0].Identity)
		require.Equal(t, []string{"REDACTED"}, srv.Requests()[0].Header["X-Identity-Header"])
	})
}

func TestAppService2017Answer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		plan azuretest.AppServicePlan
		want string // of a token that a bubble's first second ends in a day
	}{
		"Linux":             {azuretest.LinuxPlan, "01/01/2000 23:59:59 +00:00"},
		"Linux Consumption": {azuretest.LinuxConsumptionPlan, "01/01/2000 23:59:59 +00:00"},
		"Windows":           {azuretest.WindowsPlan, "1/1/2000 11:59:59 PM +00:00"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := azuretest.New(t)
				srv.SetAppServicePlan(test.plan)
				require.Equal(t, name, test.plan.String())
				got := askAppService(t, srv, "2017-09-01")
				require.Equal(t, http.StatusOK, got.Status, got.Body)
				body := got.JSON(t)
				delete(body, "access_token")
				require.Equal(t, map[string]any{"expires_on": test.want, "resource": vaultAud, "token_type": "Bearer"}, body)
				require.Equal(t, "appservice2017.token", srv.Requests()[0].Operation)
				require.Equal(t, []string{"REDACTED"}, srv.Requests()[0].Header["Secret"])

				srv.SetTokenLife(1500 * time.Millisecond)
				require.Contains(t, askAppService(t, srv, "2017-09-01").At(t, "expires_on"), ":01.5")
			})
		})
	}
}

func TestAppServiceSelectsTheIdentity(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	system, one := srv.SystemIdentity(), srv.AddUserIdentity("one")
	tests := map[string]struct {
		version, key, value string
		want                *azuretest.Identity
	}{
		"none":                        {"2019-08-01", "x", "", system},
		"client ID":                   {"2019-08-01", "client_id", one.ClientID(), one},
		"principal ID":                {"2019-08-01", "principal_id", one.ObjectID(), one},
		"object ID":                   {"2019-08-01", "object_id", one.ObjectID(), one},
		"resource ID":                 {"2019-08-01", "mi_res_id", one.ResourceID(), one},
		"capitals":                    {"2019-08-01", "client_id", strings.ToUpper(one.ClientID()), one},
		"msi_res_id is ignored":       {"2019-08-01", "msi_res_id", one.ResourceID(), system},
		"2017: client ID":             {"2017-09-01", "clientid", one.ClientID(), one},
		"2017: client_id is ignored":  {"2017-09-01", "client_id", one.ClientID(), system},
		"2017: mi_res_id is ignored":  {"2017-09-01", "mi_res_id", one.ResourceID(), system},
		"2019: clientid is ignored":   {"2019-08-01", "clientid", one.ClientID(), system},
		"several that are no choices": {"2019-08-01", "msi_res_id", "nonsense", system},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := askAppService(t, srv, test.version, test.key, test.value)
			require.Equal(t, http.StatusOK, got.Status, got.Body)
			token, ok := got.At(t, "access_token").(string)
			require.True(t, ok)
			objectID, err := azuretest.ParseToken(token)
			require.NoError(t, err)
			require.Equal(t, test.want.ObjectID(), objectID)
		})
	}
}

func TestAppServiceRefuses(t *testing.T) {
	t.Parallel()
	const endpoint, good = "http://localhost:8081/msi/token", "?api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net"
	tests := map[string]struct {
		method, url string
		header      string
		status      int
		message     string
	}{
		"no header":         {http.MethodGet, endpoint + good, "", 401, "X-Identity-Header is missing"},
		"wrong header":      {http.MethodGet, endpoint + good, "X-IDENTITY-HEADER=853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a", 403, "has not the value"},
		"2017's header":     {http.MethodGet, endpoint + good, "Secret=SECRET", 401, "X-Identity-Header is missing"},
		"2017, no header":   {http.MethodGet, endpoint + "?api-version=2017-09-01&resource=https%3A%2F%2Fvault.azure.net", "X-IDENTITY-HEADER=SECRET", 401, "Secret is missing"},
		"POST":              {http.MethodPost, endpoint + good, "X-IDENTITY-HEADER=SECRET", 405, "Only GET"},
		"another path":      {http.MethodGet, endpoint + "s" + good, "X-IDENTITY-HEADER=SECRET", 404, "nothing at"},
		"broken query":      {http.MethodGet, endpoint + good + "&x=%zz", "X-IDENTITY-HEADER=SECRET", 400, "query"},
		"no resource":       {http.MethodGet, endpoint + "?api-version=2019-08-01", "X-IDENTITY-HEADER=SECRET", 400, "resource is missing"},
		"unknown resource":  {http.MethodGet, endpoint + "?api-version=2019-08-01&resource=https%3A%2F%2Fexample.com", "X-IDENTITY-HEADER=SECRET", 400, "AADSTS500011"},
		"unknown client ID": {http.MethodGet, endpoint + good + "&client_id=00000000-0000-0000-0000-000000000000", "X-IDENTITY-HEADER=SECRET", 400, "Unable to load the proper Managed Identity."},
		"two choices":       {http.MethodGet, endpoint + good + "&client_id=a&mi_res_id=b", "X-IDENTITY-HEADER=SECRET", 400, "Only one of client_id, mi_res_id"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			var header []string
			if key, value, ok := strings.Cut(test.header, "="); ok {
				header = []string{key, strings.Replace(value, "SECRET", srv.Environment("AppService")["IDENTITY_HEADER"], 1)}
			}
			got := caller{client: srv.Client()}.do(t, test.method, test.url, "", header...)
			require.Equal(t, test.status, got.Status, got.Body)
			require.Contains(t, got.At(t, "message"), test.message)
			require.InEpsilon(t, test.status, got.At(t, "statusCode"), 0)
			require.Regexp(t, `^[0-9a-f-]{36}$`, got.At(t, "correlationId"))
			require.Equal(t, got.At(t, "correlationId"), got.Header.Get("X-Correlation-Id"))
			require.Contains(t, srv.Requests()[0].Reason, test.message)
		})
	}
}

func TestAppServiceVersions(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		plan    azuretest.AppServicePlan
		version string
		code    string // empty: it is served
	}{
		"2019 on Linux":             {azuretest.LinuxPlan, "2019-08-01", ""},
		"2019 on Windows":           {azuretest.WindowsPlan, "2019-08-01", ""},
		"2019 on Linux Consumption": {azuretest.LinuxConsumptionPlan, "2019-08-01", "UnsupportedApiVersion"},
		"2017 on Linux Consumption": {azuretest.LinuxConsumptionPlan, "2017-09-01", ""},
		"unknown":                   {azuretest.LinuxPlan, "2018-02-01", "UnsupportedApiVersion"},
		"none":                      {azuretest.LinuxPlan, "", "ApiVersionUnspecified"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			srv.SetAppServicePlan(test.plan)
			got := askAppService(t, srv, test.version, "api-version", test.version)
			if test.code == "" {
				require.Equal(t, http.StatusOK, got.Status, got.Body)
				return
			}
			require.Equal(t, http.StatusBadRequest, got.Status)
			require.Equal(t, test.code, got.At(t, "error", "code"))
			require.NotEmpty(t, got.At(t, "error", "message"))
		})
	}
}

// The only user-assigned identity is not a default here, as it is on a machine.
func TestAppServiceWithoutSystemIdentity(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	one := srv.AddUserIdentity("one")
	srv.RemoveSystemIdentity()
	got := askAppService(t, srv, "2019-08-01")
	require.Equal(t, http.StatusBadRequest, got.Status)
	require.Contains(t, got.At(t, "message"), "Unable to load the proper Managed Identity. (the request names no identity, the machine has one.)")
	require.Equal(t, http.StatusOK, askAppService(t, srv, "2019-08-01", "client_id", one.ClientID()).Status)
}

func TestRotateIdentityHeader(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	ask := func(header string) int {
		t.Helper()
		return caller{client: srv.Client()}.do(t, http.MethodGet, "http://localhost:8081/msi/token?api-version=2019-08-01&resource="+vaultAud, "",
			"X-IDENTITY-HEADER", header).Status
	}
	before := srv.Environment("AppService")
	require.Equal(t, before, srv.Environment("AppService"))
	require.Equal(t, http.StatusOK, ask(before["IDENTITY_HEADER"]))
	after := srv.RotateIdentityHeader()
	require.NotEqual(t, before["IDENTITY_HEADER"], after)
	require.Equal(t, http.StatusForbidden, ask(before["IDENTITY_HEADER"]))
	require.Equal(t, http.StatusOK, ask(after))
	for source, name := range map[string]string{"AppService": "IDENTITY_HEADER", "AppService2017": "MSI_SECRET", "AzureML": "MSI_SECRET", "ServiceFabric": "IDENTITY_HEADER"} {
		require.Equal(t, after, srv.Environment(source)[name], source)
	}
}

func TestAppServiceFaults(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.Fail(azuretest.Fault{Operation: "appservice.token", Status: 503})
	srv.Fail(azuretest.Fault{Operation: "appservice2017.token", Status: 400, Code: "UnsupportedApiVersion"})
	got := askAppService(t, srv, "2019-08-01")
	require.Equal(t, 503, got.Status)
	require.InEpsilon(t, 503, got.At(t, "statusCode"), 0)
	got = askAppService(t, srv, "2017-09-01")
	require.Equal(t, 400, got.Status)
	require.Equal(t, "UnsupportedApiVersion", got.At(t, "error", "code"))
}

func TestSetAppServicePlanRefuses(t *testing.T) {
	t.Parallel()
	require.Panics(t, func() { azuretest.New(t).SetAppServicePlan(azuretest.LinuxConsumptionPlan + 1) })
	require.Equal(t, "AppServicePlan(-1)", azuretest.AppServicePlan(-1).String())
}
