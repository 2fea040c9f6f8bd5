package azrest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

func TestNewRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]option{
		"the credential is nil":                withBearer(nil),
		"there is no scope to ask a token for": func(c *azrest.Config) { c.Bearer = &azrest.Bearer{Credential: &tokens{}} },
		"a token goes over https only": func(c *azrest.Config) {
			c.Bearer = &azrest.Bearer{Credential: &tokens{}, Scope: scope}
			plain := *c.Endpoint
			plain.Scheme = "http"
			c.Endpoint = &plain
		},
		"APIVersion in the client options must look like 7.4 or 2016-10-01": withAPIVersion("7.4&x=y"),
	} {
		_, err := azrest.New(config(t, always(200, ""), change))
		require.EqualError(t, err, want)
	}
	for _, version := range []string{"2015-06-01", "2016-10-01", "7.0", "7.6-preview.2", "2025-06-01-preview", "2026-04-01"} {
		_, err := azrest.New(config(t, always(200, ""), withAPIVersion(version)))
		require.NoError(t, err, version)
	}
}
