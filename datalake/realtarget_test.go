package datalake_test

import (
	"context"
	cryptorand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
	"github.com/keyless-go/azure/datalake"
)

// realTarget is a server that is none of the emulator's. DATALAKE_TARGETS is a list
// of them in JSON:
//
//	[{"name": "namenode", "kind": "Hadoop", "endpoint": "http://127.0.0.1:9870/webhdfs/v1", "user": "alice", "dir": "/tmp"}]
//
// In a package of its own the suite would be part of what users import; so
// interop runs this one with the variable set.
type realTarget struct {
	Name     string // of the subtests
	Kind     string // a profile's name
	Endpoint string
	Dir      string // where a test may make a directory of its own
	User     string // for simple authentication
	Metadata string // in place of a User: where a managed identity gets its tokens
	Scope    string // of the tokens
	Roots    string // certificates to trust, in PEM; "": the system's
	Control  string // where its data node can be stopped; "": nowhere

	cred azcore.TokenCredential
	wire *http.Transport
}

// targets is read once: all tests use the same credentials and connections.
var targets = sync.OnceValues(func() ([]*realTarget, error) {
	var list []*realTarget
	text := os.Getenv("DATALAKE_TARGETS")
	if text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, err
	}
	for _, to := range list {
		if err := to.prepare(); err != nil {
			return nil, err
		}
	}
	return list, nil
})

func realTargets(t *testing.T) []*realTarget {
	t.Helper()
	list, err := targets()
	require.NoError(t, err)
	return list
}

func (r *realTarget) prepare() error {
	r.wire = &http.Transport{MaxIdleConnsPerHost: 16}
	if r.Roots != "" {
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM([]byte(r.Roots))
		r.wire.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	if r.Metadata == "" {
		return nil
	}
	var err error
	r.cred, err = credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{
		Source: credential.SourceIMDS, Endpoint: r.Metadata,
	})
	return err
}

func (r *realTarget) connect(wire http.RoundTripper) (*datalake.Client, error) {
	options := &datalake.ClientOptions{User: r.User, Scope: r.Scope, HTTPClient: &http.Client{Transport: wire}}
	// A data node that has been stopped takes seconds to come back.
	options.Retry = policy.RetryOptions{MaxRetries: 15, RetryDelay: 20 * time.Millisecond, MaxRetryDelay: 2 * time.Second}
	return datalake.NewClient(r.Endpoint, r.cred, options)
}

func (r *realTarget) site(t *testing.T) *site {
	t.Helper()
	client, err := r.connect(r.wire)
	require.NoError(t, err)
	s := &site{Client: client, late: 2, dir: strings.TrimSuffix(r.Dir, "/") + "/conformance-" + cryptorand.Text(), wire: r.wire, connect: r.connect}
	require.NoError(t, client.MkdirAll(t.Context(), s.dir, 0o755))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, client.RemoveAll(ctx, s.dir))
	})
	at := slices.IndexFunc(profiles(), func(p azuretest.Profile) bool { return p.String() == r.Kind })
	require.GreaterOrEqual(t, at, 0, "there is no kind %q", r.Kind)
	s.profile = profiles()[at]
	return s
}

// staticToken is a credential that never changes.
type staticToken string

func (s staticToken) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(s), ExpiresOn: time.Now().Add(time.Hour)}, nil
}
