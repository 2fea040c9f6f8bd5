package credential_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// TestWhoseToken: a source that ignores the choice of an identity answers with
// another's token, which must not be used.
func TestWhoseToken(t *testing.T) {
	client, object, resource := credential.ClientID(someGUID), credential.ObjectID(someGUID), credential.ResourceID(someID)
	for name, tc := range map[string]struct {
		source credential.Source
		id     credential.ManagedIDKind
		echo   map[string]any
		kind   error
		also   error
	}{
		"IMDS: the same":             {credential.SourceIMDS, client, map[string]any{"client_id": someGUID}, nil, nil},
		"IMDS: other case":           {credential.SourceIMDS, client, map[string]any{"client_id": "12345678-9ABC-4EF0-8234-56789ABCDEF0"}, nil, nil},
		"IMDS: not said":             {credential.SourceIMDS, client, nil, nil, nil},
		"IMDS: another":              {credential.SourceIMDS, client, map[string]any{"client_id": otherGUID}, credential.ErrUnexpectedResponse, nil},
		"IMDS: none chosen":          {credential.SourceIMDS, nil, map[string]any{"client_id": otherGUID}, nil, nil},
		"App Service: the same":      {credential.SourceAppService, client, map[string]any{"client_id": someGUID}, nil, nil},
		"App Service: another":       {credential.SourceAppService, client, map[string]any{"client_id": otherGUID}, credential.ErrUnexpectedResponse, credential.ErrUnsupportedID},
		"App Service: not said":      {credential.SourceAppService, client, nil, credential.ErrUnexpectedResponse, credential.ErrUnsupportedID},
		"App Service: by object ID":  {credential.SourceAppService, object, map[string]any{"client_id": otherGUID}, nil, nil},
		"App Service: by resource":   {credential.SourceAppService, resource, map[string]any{"client_id": otherGUID}, nil, nil},
		"App Service 2017: not said": {credential.SourceAppService2017, client, nil, nil, nil},
		"App Service 2017: another":  {credential.SourceAppService2017, client, map[string]any{"client_id": otherGUID}, credential.ErrUnexpectedResponse, nil},
		"Arc: client ID":             {credential.SourceAzureArc, client, map[string]any{"client_id": someGUID}, nil, nil},
		"Arc: client ID not said":    {credential.SourceAzureArc, client, map[string]any{"object_id": someGUID}, credential.ErrUnexpectedResponse, credential.ErrUnsupportedID},
		"Arc: client ID another":     {credential.SourceAzureArc, client, map[string]any{"client_id": otherGUID}, credential.ErrUnexpectedResponse, credential.ErrUnsupportedID},
		"Arc: object ID":             {credential.SourceAzureArc, object, map[string]any{"object_id": someGUID}, nil, nil},
		"Arc: object ID not said":    {credential.SourceAzureArc, object, map[string]any{"client_id": someGUID}, credential.ErrUnexpectedResponse, credential.ErrUnsupportedID},
		"Arc: resource ID":           {credential.SourceAzureArc, resource, map[string]any{"msi_res_id": someID}, nil, nil},
		"Arc: resource ID otherwise": {credential.SourceAzureArc, resource, map[string]any{"mi_res_id": someID}, nil, nil},
		"Arc: resource ID not said":  {credential.SourceAzureArc, resource, nil, credential.ErrUnexpectedResponse, credential.ErrUnsupportedID},
		"Arc: none chosen":           {credential.SourceAzureArc, nil, nil, nil, nil},
		"Azure ML: its own":          {credential.SourceAzureML, nil, nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tc.source)
			w.options.ID, w.echo = tc.id, tc.echo
			if tc.kind == nil {
				w.mustGet(t)
				return
			}
			c := w.cred(t)
			e := failure(t, c)
			require.ErrorIs(t, e, tc.kind)
			require.ErrorContains(t, e, "token")
			require.NotContains(t, e.Error(), "token-")
			if tc.also != nil {
				require.ErrorIs(t, e, tc.also)
			} else {
				require.NotErrorIs(t, e, credential.ErrUnsupportedID)
			}
			require.True(t, c.Status().Tokens[0].Expires.IsZero(), "it was kept")
		})
	}
}
