package datalake_test

import (
	"bytes"
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

// The end of a context is in the error, also if it comes between two tries.
func TestTheContextEndsBetweenTries(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, fault string
		do          func(ctx context.Context, l *lake) error
	}{
		{"append", "datalake.append", func(ctx context.Context, l *lake) error {
			return l.Append(ctx, "/f", bytes.NewReader([]byte("x")))
		}},
		{"rename", "datalake.rename", func(ctx context.Context, l *lake) error { return l.Rename(ctx, "/f", "/g") }},
		{"remove", "datalake.delete", func(ctx context.Context, l *lake) error { return l.Remove(ctx, "/f") }},
		{"remove all", "datalake.delete", func(ctx context.Context, l *lake) error { return l.RemoveAll(ctx, "/f") }},
		{"create", "datalake.create", func(ctx context.Context, l *lake) error {
			return l.Upload(ctx, "/g", bytes.NewReader([]byte("x")), nil)
		}},
	}
	for _, test := range tests {
		for _, p := range profiles() {
			t.Run(test.name+" on "+p.String(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					l := newLake(t, p, slow)
					require.NoError(t, l.Upload(t.Context(), "/f", bytes.NewReader([]byte("x")), nil))
					l.server.Fail(azuretest.Fault{Operation: test.fault, Times: -1, Status: http.StatusServiceUnavailable})
					ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
					defer cancel()
					require.ErrorIs(t, test.do(ctx, l), context.DeadlineExceeded)
				})
			})
		}
	}
}

func slow(o *datalake.ClientOptions) {
	o.Retry = policy.RetryOptions{RetryDelay: time.Hour, MaxRetryDelay: time.Hour}
}
