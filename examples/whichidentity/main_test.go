package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io/fs"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
)

// The program sets variables of its own process, so no test here is parallel, and
// each puts them back.
func keepEnvironment(t *testing.T) {
	t.Helper()
	for _, name := range append(variables(), "ProgramData") {
		t.Setenv(name, "")
	}
}

type result struct {
	out, messages string
	err           error
}

func runWith(t *testing.T, args ...string) result {
	t.Helper()
	keepEnvironment(t)
	var out, messages bytes.Buffer
	err := run(t.Context(), args, &out, &messages)
	all := out.String() + messages.String()
	if err != nil {
		all += err.Error()
	}
	require.NotContains(t, all, "eyJ", "a token")
	return result{out.String(), messages.String(), err}
}

// fact returns what is printed under a title.
func (r result) fact(title string) string {
	for line := range strings.Lines(r.out) {
		if value, ok := strings.CutPrefix(line, title); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func TestRunOnEachSource(t *testing.T) {
	tests := map[string]string{
		"IMDS":             "IMDS: no variable of another source is set",
		"PodIdentity":      "IMDS: AZURE_POD_IDENTITY_AUTHORITY_HOST set",
		"VMExtension":      "VMExtension: chosen",
		"AppService":       "AppService: IDENTITY_ENDPOINT, IDENTITY_HEADER set",
		"AppService2017":   "AppService2017: MSI_ENDPOINT, MSI_SECRET set",
		"ServiceFabric":    "ServiceFabric: IDENTITY_ENDPOINT, IDENTITY_HEADER, IDENTITY_SERVER_THUMBPRINT set",
		"CloudShell":       "CloudShell: MSI_ENDPOINT set",
		"AzureML":          "AzureML: MSI_ENDPOINT, MSI_SECRET, DEFAULT_IDENTITY_CLIENT_ID set",
		"WorkloadIdentity": "WorkloadIdentity: chosen",
	}
	for source, why := range tests {
		t.Run(source, func(t *testing.T) {
			got := runWith(t, "-source", strings.ToLower(source), "-resource", "https://vault.azure.net")
			require.NoError(t, got.err)
			require.Contains(t, got.messages, "emulator")
			require.True(t, strings.HasPrefix(got.fact("source"), why), got.out)
			require.Equal(t, "https://vault.azure.net", got.fact("audience"))
			require.Regexp(t, `^[0-9a-f-]{36}$`, got.fact("client ID"))
			require.Regexp(t, `^[0-9a-f-]{36}$`, got.fact("object ID"))
			require.Regexp(t, `^[0-9a-f-]{36}$`, got.fact("tenant ID"))
			require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, (in 0s|\d+s ago)$`, got.fact("issued"))
			require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, in 23h59m\d+s$`, got.fact("expires"))
			require.Regexp(t, `, in 1[012]h`, got.fact("renewal"))
			if source == "CloudShell" {
				require.Equal(t, "mia@contoso.onmicrosoft.com", got.fact("person"))
				return
			}
			require.True(t, strings.HasSuffix(got.fact("identity"), "/virtualMachines/DevTestVM"), got.out)
			require.Equal(t, asked(source), got.fact("asked for"))
		})
	}
}

// asked is the identity that a program asks for if nothing names one.
func asked(source string) string {
	switch source {
	case "WorkloadIdentity":
		return "the identity of AZURE_CLIENT_ID"
	case "AzureML":
		return "the identity of DEFAULT_IDENTITY_CLIENT_ID"
	case "ServiceFabric":
		return "the application's identity"
	default:
		return "system-assigned identity"
	}
}

// The real agent of Azure Arc is not for every system, and its directory not for
// every user.
func TestRunOnAzureArc(t *testing.T) {
	got := runWith(t, "-source", "AzureArc")
	require.Contains(t, got.fact("source"), "AzureArc: IDENTITY_ENDPOINT, IMDS_ENDPOINT set")
	switch {
	case runtime.GOOS != "windows" && runtime.GOOS != "linux":
		require.ErrorIs(t, got.err, credential.ErrUnexpectedResponse)
	case got.err != nil:
		require.ErrorContains(t, got.err, "cannot write its key file")
		require.Contains(t, got.fact("diagnosis"), "cannot serve now")
	default:
		require.Equal(t, "https://management.azure.com/", got.fact("audience"))
	}
}

func TestRunDiagnoses(t *testing.T) {
	const nobody = "00000000-0000-0000-0000-000000000001"
	tests := map[string]struct {
		args      []string
		err       error
		diagnosis string
		todo      string
	}{
		"no identity":                  {[]string{"-source", "IMDS", "-fail", "identity"}, credential.ErrIdentityNotFound, "not assigned here", "system-assigned"},
		"no such identity":             {[]string{"-source", "IMDS", "-client-id", nobody}, credential.ErrIdentityNotFound, "not assigned here", "letter by letter"},
		"no identity, App Service":     {[]string{"-source", "AppService", "-fail", "identity"}, credential.ErrIdentityNotFound, "not assigned here", "system-assigned"},
		"no identity, Azure ML":        {[]string{"-source", "AzureML", "-fail", "identity"}, credential.ErrIdentityNotFound, "not assigned here", "system-assigned"},
		"no identity, Kubernetes":      {[]string{"-source", "WorkloadIdentity", "-fail", "identity"}, credential.ErrIdentityNotFound, "trusts this pod", "federated credential"},
		"no identity, cluster":         {[]string{"-source", "ServiceFabric", "-fail", "identity"}, credential.ErrIdentityNotFound, "cluster has no identity", "policy"},
		"several identities":           {[]string{"-source", "IMDS", "-fail", "identities"}, credential.ErrMultipleIdentities, "several user-assigned identities", "-client-id"},
		"several identities, old":      {[]string{"-source", "VMExtension", "-fail", "identities"}, credential.ErrMultipleIdentities, "several user-assigned identities", "-client-id"},
		"wrong resource":               {[]string{"-source", "IMDS", "-resource", "https://vault.azure.net//"}, credential.ErrResourceNotFound, "no resource of that name", "slash"},
		"wrong resource, Kubernetes":   {[]string{"-source", "WorkloadIdentity", "-resource", "https://example.com"}, credential.ErrResourceNotFound, "no resource of that name", "slash"},
		"wrong resource, Cloud Shell":  {[]string{"-source", "CloudShell", "-resource", "https://servicebus.azure.net"}, credential.ErrResourceNotFound, "fixed list", "az login"},
		"blocked":                      {[]string{"-source", "IMDS", "-fail", "blocked", "-timeout", "50ms"}, credential.ErrUnavailable, "no Azure machine", "network policy"},
		"blocked, Kubernetes":          {[]string{"-source", "WorkloadIdentity", "-fail", "blocked", "-timeout", "50ms"}, credential.ErrUnavailable, "directory does not answer", "AZURE_AUTHORITY_HOST"},
		"blocked, App Service":         {[]string{"-source", "AppService", "-fail", "blocked", "-timeout", "50ms"}, credential.ErrUnavailable, "where the environment says", "Unset"},
		"something else":               {[]string{"-source", "IMDS", "-fail", "impostor"}, credential.ErrUnexpectedResponse, "Something else answers", "curl"},
		"something else, cluster":      {[]string{"-source", "ServiceFabric", "-fail", "impostor"}, credential.ErrUnexpectedResponse, "Something else answers", "certificate"},
		"something else, no challenge": {[]string{"-source", "AzureArc", "-fail", "impostor"}, credential.ErrUnexpectedResponse, "Something else answers", "agent"},
		"throttled":                    {[]string{"-source", "IMDS", "-fail", "throttled"}, credential.ErrThrottled, "too often", "Try again in 30s"},
		"unavailable":                  {[]string{"-source", "IMDS", "-fail", "unavailable"}, credential.ErrUnavailable, "status 503", "70 s"},
		"no choice there":              {[]string{"-source", "ServiceFabric", "-client-id", nobody}, credential.ErrUnsupportedID, "cannot choose", "-client-id"},
		"not that kind of choice":      {[]string{"-source", "AzureML", "-object-id", nobody}, credential.ErrUnsupportedID, "cannot choose", "-client-id"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := runWith(t, test.args...)
			require.ErrorIs(t, got.err, test.err)
			require.Contains(t, got.fact("diagnosis"), test.diagnosis)
			require.Contains(t, got.out, "to do")
			require.Contains(t, got.out, test.todo)
			require.Empty(t, got.fact("audience"))
		})
	}
}

// The diagnoses that take more than a source and its failure.
func TestDiagnose(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err  error
		want string
	}{
		"refused":             {&credential.Error{StatusCode: 401}, "refuses the request (status 401)"},
		"configuration":       {errors.New("MSI_SECRET is not set"), "does not fit the source"},
		"unavailable, status": {errors.Join(&credential.Error{StatusCode: 410}, credential.ErrUnavailable), "cannot serve now (status 410)"},
		"proxy":               {errors.Join(&credential.Error{StatusCode: 403}, credential.ErrUnavailable), "Something else answers"},
		"no permission":       {errors.Join(&credential.Error{StatusCode: 401}, fs.ErrPermission), "may not read a file"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := diagnose(test.err)
			require.Contains(t, got.what, test.want)
			require.NotEmpty(t, got.todo)
		})
	}
}

func TestRunNamesTheIdentity(t *testing.T) {
	const id = "/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups/DevTest/providers/Microsoft.ManagedIdentity/userAssignedIdentities/app"
	got := runWith(t, "-source", "IMDS", "-resource-id", id)
	require.ErrorIs(t, got.err, credential.ErrIdentityNotFound)
	require.Equal(t, "user-assigned identity "+id, got.fact("asked for"))
}

func TestRunRefuses(t *testing.T) {
	tests := map[string]struct {
		args []string
		want string
	}{
		"unknown source":  {[]string{"-source", "mainframe"}, `-source "mainframe" is none of IMDS, VMExtension`},
		"unknown failure": {[]string{"-source", "IMDS", "-fail", "flood"}, `-fail "flood" is none of blocked, identities`},
		"fail for real":   {[]string{"-fail", "blocked"}, "-fail needs -source"},
		"two IDs":         {[]string{"-client-id", "a", "-object-id", "b"}, "only one of"},
		"argument":        {[]string{"vault"}, `unexpected argument "vault"`},
		"bad client ID":   {[]string{"-source", "IMDS", "-client-id", "me"}, "not a GUID"},
		"bad resource":    {[]string{"-source", "IMDS", "-resource", ""}, "/.default"},
		"unknown flag":    {[]string{"-token"}, "-token"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, runWith(t, test.args...).err, test.want)
		})
	}
}

func TestRunHelp(t *testing.T) {
	got := runWith(t, "-h")
	require.ErrorIs(t, got.err, flag.ErrHelp)
	require.Contains(t, got.messages, "-resource URL")
	require.Contains(t, got.messages, "WorkloadIdentity")
}

// Wherever the program really is, the emulator is where it is told to be.
func TestRunOnAzureMachineLearning(t *testing.T) {
	keepEnvironment(t)
	t.Setenv("AZUREML_RUN_ID", "1")
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-source", "AppService2017"}, &out, &bytes.Buffer{}))
	require.Contains(t, out.String(), "AppService2017: MSI_ENDPOINT, MSI_SECRET set")
}

func TestRunStops(t *testing.T) {
	keepEnvironment(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	err := run(ctx, []string{"-source", "IMDS", "-fail", "blocked"}, &out, &bytes.Buffer{})
	require.ErrorIs(t, err, context.Canceled)
	require.NotContains(t, out.String(), "diagnosis")
}

// Without -source the program is where it is: here, in the environment of a real
// App Service, with a socket for its endpoint.
func TestRunForReal(t *testing.T) {
	keepEnvironment(t)
	srv := azuretest.New(t)
	socket := httptest.NewServer(srv)
	t.Cleanup(socket.Close)
	t.Setenv("IDENTITY_ENDPOINT", socket.URL+"/msi/token")
	t.Setenv("IDENTITY_HEADER", srv.Environment("AppService")["IDENTITY_HEADER"])
	var out, messages bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-resource", "https://vault.azure.net/.default"}, &out, &messages))
	require.Contains(t, out.String(), "AppService: IDENTITY_ENDPOINT, IDENTITY_HEADER set")
	require.Contains(t, out.String(), "https://vault.azure.net\n")
	require.Empty(t, messages.String())

	srv.RotateIdentityHeader()
	out.Reset()
	require.Error(t, run(t.Context(), nil, &out, &messages))
	require.Contains(t, out.String(), "refuses the request (status 403)")
}

func TestReportOfAnOpaqueToken(t *testing.T) {
	keepEnvironment(t)
	srv := azuretest.New(t)
	srv.Fail(azuretest.Fault{Operation: "imds.token", Status: 200, Body: `{"access_token":"opaque","expires_in":"3600","token_type":"Bearer"}`})
	q := inquiry{scope: "https://vault.azure.net/.default"}
	q.options.HTTPClient = srv.Client()
	var out bytes.Buffer
	require.NoError(t, q.report(t.Context(), &out))
	require.Contains(t, out.String(), "not readable")
	require.Regexp(t, `expires +\S+, in (1h0m0s|59m\d+s)`, out.String())
	require.NotContains(t, out.String(), "opaque")
}

func TestReportToABrokenWriter(t *testing.T) {
	keepEnvironment(t)
	srv := azuretest.New(t)
	q := inquiry{scope: "https://vault.azure.net/.default"}
	q.options.HTTPClient = srv.Client()
	require.ErrorContains(t, q.report(t.Context(), brokenWriter{}), "disk full")
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }
