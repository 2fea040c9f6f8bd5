package credential_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
)

// TestStatus tells of each resource's token, failing or not, by name.
func TestStatus(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := azuretest.New(t)
		c := onIMDS(t, srv, options{})
		require.Equal(t, credential.Status{
			Source: credential.SourceIMDS, Reason: "chosen by ManagedIdentityCredentialOptions.Source",
			Identity: "system-assigned identity", Tokens: []credential.TokenStatus{},
		}, c.Status())

		start := time.Now().UTC().Round(0)
		token := mustGet(t, c)
		require.Error(t, c.Prefetch(t.Context(), "https://nowhere.example", vault))
		status := c.Status()
		require.Len(t, status.Tokens, 2)
		require.Equal(t, "https://nowhere.example", status.Tokens[0].Resource)
		require.ErrorIs(t, status.Tokens[0].LastError, credential.ErrResourceNotFound)
		require.Zero(t, status.Tokens[0].Expires)
		require.Zero(t, status.Tokens[0].RefreshAfter)
		require.Zero(t, status.Tokens[0].LastRefresh)
		require.Equal(t, credential.TokenStatus{
			Resource: vault, Expires: token.ExpiresOn, RefreshAfter: token.RefreshOn, LastRefresh: start,
		}, status.Tokens[1])
		require.Equal(t, time.UTC, status.Tokens[1].LastRefresh.Location())

		srv.Fail(azuretest.Fault{Operation: "imds.token", Status: 500})
		sleepUntil(token.RefreshOn)
		mustGet(t, c)
		synctest.Wait()
		failing := c.Status().Tokens[1]
		require.ErrorIs(t, failing.LastError, credential.ErrUnavailable)
		require.Equal(t, token.ExpiresOn, failing.Expires)
		require.True(t, failing.RefreshAfter.After(time.Now()))
		require.Equal(t, start, failing.LastRefresh)

		sleepUntil(failing.RefreshAfter)
		mustGet(t, c)
		synctest.Wait()
		require.NoError(t, c.Status().Tokens[1].LastError)
	})
}

// TestStatusAsJSON has its errors' texts.
func TestStatusAsJSON(t *testing.T) {
	t.Parallel()
	status := credential.Status{
		Source: credential.SourceIMDS, Reason: "why", Identity: "who",
		Tokens: []credential.TokenStatus{{Resource: "a", LastError: credential.ErrThrottled}, {Resource: "b"}},
	}
	text, err := json.Marshal(status)
	require.NoError(t, err)
	var back struct {
		Source, Reason, Identity string
		Tokens                   []map[string]string
	}
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, "IMDS", back.Source)
	require.Equal(t, "why", back.Reason)
	require.Equal(t, "who", back.Identity)
	require.Equal(t, "throttled", back.Tokens[0]["LastError"])
	require.NotContains(t, back.Tokens[1], "LastError")
	require.Contains(t, back.Tokens[1], "Expires")
}
