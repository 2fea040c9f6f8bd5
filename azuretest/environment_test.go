package azuretest_test

import (
	"context"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestEnvironmentVariables(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"IMDS":             "",
		"VMExtension":      "MSI_ENDPOINT",
		"PodIdentity":      "AZURE_POD_IDENTITY_AUTHORITY_HOST",
		"AppService":       "IDENTITY_ENDPOINT IDENTITY_HEADER MSI_ENDPOINT MSI_SECRET",
		"AppService2017":   "MSI_ENDPOINT MSI_SECRET",
		"AzureArc":         "IDENTITY_ENDPOINT IMDS_ENDPOINT",
		"Arc":              "IDENTITY_ENDPOINT IMDS_ENDPOINT",
		"ServiceFabric":    "IDENTITY_API_VERSION IDENTITY_ENDPOINT IDENTITY_HEADER IDENTITY_SERVER_THUMBPRINT",
		"CloudShell":       "MSI_ENDPOINT",
		"AzureML":          "DEFAULT_IDENTITY_CLIENT_ID MSI_ENDPOINT MSI_SECRET",
		"WorkloadIdentity": "AZURE_AUTHORITY_HOST AZURE_CLIENT_ID AZURE_FEDERATED_TOKEN_FILE AZURE_TENANT_ID",
	}
	srv := azuretest.New(t)
	for source, want := range tests {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			for _, spelled := range []string{source, strings.ToLower(source), strings.ToUpper(source)} {
				env := srv.Environment(spelled)
				require.NotNil(t, env)
				require.Equal(t, strings.Fields(want), append([]string{}, slices.Sorted(maps.Keys(env))...))
				for name, value := range env {
					require.NotEmpty(t, value, name)
				}
			}
		})
	}
	require.Nil(t, srv.Environment(""))
}

func TestEnvironmentBelongsToTheCaller(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	srv.Environment("AppService")["IDENTITY_HEADER"] = "x"
	require.NotEqual(t, "x", srv.Environment("AppService")["IDENTITY_HEADER"])
}

func TestEnvironmentOfAppServicePlans(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	require.Equal(t, "http://localhost:8081/msi/token", srv.Environment("AppService")["IDENTITY_ENDPOINT"])
	srv.SetAppServicePlan(azuretest.WindowsPlan)
	require.Equal(t, "http://127.0.0.1:41741/MSI/token/", srv.Environment("AppService")["IDENTITY_ENDPOINT"])
}

func TestWorkloadIdentityClientID(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	require.Equal(t, srv.SystemIdentity().ClientID(), srv.Environment("WorkloadIdentity")["AZURE_CLIENT_ID"])
	srv.RemoveSystemIdentity()
	form := podForm(t, srv)
	require.Equal(t, []any{700016.0}, askEntra(t, srv, form).At(t, "error_codes"))
	one := srv.AddUserIdentity("one")
	require.Equal(t, one.ClientID(), srv.Environment("WorkloadIdentity")["AZURE_CLIENT_ID"])
}

// At a socket's own address the path decides, whatever port the socket has got.
func TestEndpointsBehindASocket(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"/metadata/identity/oauth2/token": "imds.token",
		"/oauth2/token":                   "vmextension.token",
		"/msi/token":                      "appservice.token",
		"/MSI/token/":                     "appservice.token",
		"/MSI/auth":                       "azureml.token",
		"/":                               "unknown",
	}
	for path, operation := range tests {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			// 40342 means Azure Arc in memory, and a socket may have it by chance.
			for _, host := range []string{"127.0.0.1:40342", "localhost:1234"} {
				_, port, err := net.SplitHostPort(host)
				require.NoError(t, err)
				number, err := strconv.Atoi(port)
				require.NoError(t, err)
				req := httptest.NewRequestWithContext(context.WithValue(t.Context(), http.LocalAddrContextKey, net.Addr(&net.TCPAddr{Port: number})),
					http.MethodGet, "http://"+host+path, nil)
				srv.ServeHTTP(httptest.NewRecorder(), req)
			}
			for _, r := range srv.Requests() {
				require.Equal(t, operation, r.Operation, r.URL)
			}
			require.Len(t, srv.Requests(), 2)
		})
	}
}

// Where the socket is another's, as behind a proxy, the port decides as in memory.
func TestEndpointsBehindAProxy(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	ctx := context.WithValue(t.Context(), http.LocalAddrContextKey, net.Addr(&net.TCPAddr{Port: 3128}))
	srv.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost:40342/metadata/identity/oauth2/token", nil))
	require.Equal(t, "arc.token", srv.Requests()[0].Operation)
}

func TestAppServiceAtASocket(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	socket := httptest.NewServer(srv)
	t.Cleanup(socket.Close)
	got := caller{client: socket.Client()}.do(t, http.MethodGet, socket.URL+"/msi/token?api-version=2019-08-01&resource="+vaultAud, "",
		"X-IDENTITY-HEADER", srv.Environment("AppService")["IDENTITY_HEADER"])
	require.Equal(t, http.StatusOK, got.Status, got.Body)
}
