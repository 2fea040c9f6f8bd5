package datalake_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

// identity is a credential with the tokens of an emulated identity.
type identity struct{ of *azuretest.Identity }

func (i identity) GetToken(_ context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	audience := strings.TrimSuffix(options.Scopes[0], "/.default")
	return azcore.AccessToken{Token: i.of.Token(audience, time.Hour), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// lake is a client for an empty data lake of the emulator.
type lake struct {
	*datalake.Client
	server *azuretest.Server
	data   *azuretest.DataLake
}

type change func(*datalake.ClientOptions)

// hasty tries again at once.
func hasty(o *datalake.ClientOptions) { o.Retry = policy.RetryOptions{RetryDelay: time.Millisecond} }

func noRetries(o *datalake.ClientOptions) { o.Retry.MaxRetries = -1 }

func newLake(tb testing.TB, profile azuretest.Profile, changes ...change) *lake {
	tb.Helper()
	server := azuretest.New(tb)
	data := server.DataLake("lake1", profile)
	options := &datalake.ClientOptions{HTTPClient: server.Client()}
	var cred azcore.TokenCredential
	if profile == azuretest.Hadoop || profile == azuretest.HttpFS {
		options.User = "alice"
	} else {
		cred = identity{server.SystemIdentity()}
	}
	hasty(options)
	for _, c := range changes {
		c(options)
	}
	client, err := datalake.NewClient(data.URL(), cred, options)
	require.NoError(tb, err)
	return &lake{client, server, data}
}

func profiles() []azuretest.Profile {
	return []azuretest.Profile{azuretest.Gen1, azuretest.Hadoop, azuretest.HttpFS, azuretest.Knox, azuretest.Gen2}
}

// each runs a test on every profile.
func each(t *testing.T, test func(t *testing.T, l *lake), changes ...change) {
	t.Helper()
	for _, p := range profiles() {
		t.Run(p.String(), func(t *testing.T) {
			t.Parallel()
			test(t, newLake(t, p, changes...))
		})
	}
}

// service answers requests without an emulator.
type service func(*http.Request) (*http.Response, error)

func (s service) RoundTrip(req *http.Request) (*http.Response, error) { return s(req) }
