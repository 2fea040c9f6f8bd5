package credential_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
	"github.com/keyless-go/azure/internal/azrest"
)

// TestErrorText: one line that says what was asked of whom, why of him, what
// came of it, what support needs and what to do.
func TestErrorText(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(say(400, `{"error":"invalid_request","error_description":"Identity not found","correlation_id":"c-1"}`,
			"X-Ms-Request-Id", "r-1", "Server", "nginx"))
		e := failure(t, newCred(t, s, options{Source: credential.SourceIMDS, ID: credential.ClientID(someGUID)}))
		require.Equal(t, `credential: token for "https://vault.azure.net" from IMDS (user-assigned identity with client ID `+someGUID+
			`; chosen by ManagedIdentityCredentialOptions.Source): 400 invalid_request: Identity not found`+
			` (request id r-1, correlation id c-1, answered by server "nginx", attempts 1 in 0s)`+
			`; assign that identity to the machine, or name another in ManagedIdentityCredentialOptions.ID`, e.Error())
		require.Equal(t, credential.SourceIMDS, e.Source)
		require.Equal(t, 400, e.StatusCode)
		require.Equal(t, "invalid_request", e.Code)
		require.Equal(t, "Identity not found", e.Description)
		require.Equal(t, "c-1", e.CorrelationID)
		require.Equal(t, "r-1", e.RequestID)
		require.Equal(t, 1, e.Attempts)
	})
}

// TestHints: each well-known mistake comes with what to do about it.
func TestHints(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		prepare func(*azuretest.Server)
		id      credential.ManagedIDKind
		scope   string
		kind    error
		hint    string
	}{
		"no identity":        {(*azuretest.Server).RemoveSystemIdentity, nil, vaultScope, credential.ErrIdentityNotFound, "assign that identity"},
		"another identity":   {func(*azuretest.Server) {}, credential.ObjectID(someGUID), vaultScope, credential.ErrIdentityNotFound, "assign that identity"},
		"several identities": {severalIdentities, nil, vaultScope, credential.ErrMultipleIdentities, "name one in ManagedIdentityCredentialOptions.ID"},
		"wrong resource":     {func(*azuretest.Server) {}, nil, "https://vault.azure.com/.default", credential.ErrResourceNotFound, "trailing slash"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			tc.prepare(srv)
			c := newCred(t, nil, options{Source: credential.SourceIMDS, HTTPClient: srv.Client(), ID: tc.id})
			err := c.Prefetch(t.Context(), tc.scope)
			require.ErrorIs(t, err, tc.kind)
			require.ErrorContains(t, err, tc.hint)
			require.Len(t, srv.Requests(), 1, "a definite no is not asked again")
		})
	}
}

func severalIdentities(srv *azuretest.Server) {
	srv.RemoveSystemIdentity()
	srv.AddUserIdentity("one")
	srv.AddUserIdentity("two")
}

// TestErrorsAreFinal: azcore's retry must not try again what has been tried.
func TestErrorsAreFinal(t *testing.T) {
	t.Parallel()
	e := failure(t, newCred(t, newSite(say(400, "")), options{Source: credential.SourceIMDS}))
	var final interface{ NonRetriable() }
	require.True(t, errors.As(e, &final))
	final.NonRetriable()
}

// TestSentinelsOfAllPackages: one value for one meaning.
func TestSentinelsOfAllPackages(t *testing.T) {
	t.Parallel()
	require.Same(t, azrest.ErrThrottled, credential.ErrThrottled)
	require.Same(t, azrest.ErrUnexpectedResponse, credential.ErrUnexpectedResponse)
}

// TestServerNamed: the name of one that is not the metadata service, as when
// another program listens on its address.
func TestServerNamed(t *testing.T) {
	t.Parallel()
	for server, named := range map[string]bool{"IMDS/150.870.65.1854": false, "Microsoft-IIS/10.0": true} {
		e := credential.StatusError(400, http.Header{"Server": {server}}, nil, "")
		require.Equal(t, named, strings.Contains(e.Error(), "answered by server"), e.Error())
	}
}

func TestRetryAfterInTheText(t *testing.T) {
	t.Parallel()
	e := credential.StatusError(429, http.Header{"Retry-After": {"90"}}, nil, "")
	require.Equal(t, 90*time.Second, e.RetryAfter)
	require.ErrorContains(t, e, "retry after 1m30s")
}
