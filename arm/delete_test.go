package arm_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/arm"
)

const (
	result = endpoint + "/subscriptions/" + subscription + "/operationresults/job1?api-version=2021-04-01&t=secret"
	status = endpoint + "/subscriptions/" + subscription + "/operationstatuses/job1?api-version=2021-04-01"
)

func TestDeleteWaits(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		script *script
		lines  []string
		waited time.Duration
	}{
		"by Location": {
			new(script).then(202, "", "Location", result, "Retry-After", "15").then(202, "", "Location", result+"2", "Retry-After", "15").then(202, "").then(200, ""),
			[]string{"GET " + result, "GET " + result + "2", "GET " + result + "2"},
			32 * time.Second,
		},
		"by Azure-AsyncOperation": {
			new(script).then(202, "", "Azure-AsyncOperation", status, "Location", result).then(200, `{"status":"InProgress"}`, "Retry-After", "7").then(200, `{"status":"Succeeded"}`),
			[]string{"GET " + status, "GET " + status},
			7 * time.Second,
		},
		"at once":               {new(script).then(200, ""), nil, 0},
		"with no content":       {new(script).then(204, ""), nil, 0},
		"ends as no content":    {new(script).then(202, "", "Location", result).then(204, ""), []string{"GET " + result}, 0},
		"past a throttled poll": {new(script).then(202, "", "Location", result).then(429, "", "Retry-After", "9").then(200, ""), []string{"GET " + result, "GET " + result}, 9 * time.Second},
		"past a state":          {new(script).then(202, "", "Location", result).then(200, `{"properties":{"provisioningState":"Deleting"}}`).then(200, ""), []string{"GET " + result, "GET " + result}, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, _ := newClient(t, test.script.serve)
				start := time.Now()
				require.NoError(t, client.Delete(t.Context(), "DevTest"))
				require.Equal(t, test.waited, time.Since(start))
				require.Equal(t, append([]string{"DELETE " + base + "/DevTest?api-version=2021-04-01"}, test.lines...), test.script.lines())
				for _, one := range test.script.seen {
					require.Equal(t, "Bearer "+token, one.authorization)
				}
			})
		})
	}
}

func TestDeleteFails(t *testing.T) {
	t.Parallel()
	const operation = `arm: delete resource group "DevTest" in management.azure.com: `
	for name, test := range map[string]struct {
		script *script
		is     error
		want   string
	}{
		"no group": {
			new(script).then(404, `{"error":{"code":"ResourceGroupNotFound","message":"Resource group 'DevTest' could not be found."}}`), arm.ErrNotFound,
			"404 ResourceGroupNotFound: Resource group 'DevTest' could not be found.",
		},
		"locked": {
			new(script).then(409, `{"error":{"code":"ScopeLocked","message":"locked","details":[{"code":"A","message":"b"}]}}`), arm.ErrConflict,
			"409 ScopeLocked: locked; A: b",
		},
		"in the end": {
			new(script).then(202, "", "Azure-AsyncOperation", status).then(200, `{"status":"Failed","error":{"code":"Busy","message":"no","details":[{"code":"InUse","message":"nic"}]}}`, "x-ms-request-id", "r1"), nil,
			"the operation has failed: Busy: no; InUse: nic (request id r1)",
		},
		"canceled":            {new(script).then(202, "", "Azure-AsyncOperation", status).then(200, `{"status":"Canceled"}`), nil, "the operation was canceled"},
		"canceled, by azcore": {new(script).then(202, "", "Azure-AsyncOperation", status).then(200, `{"status":"Cancelled"}`), nil, "the operation was canceled"},
		"a foreign page":      {new(script).then(202, "", "Azure-AsyncOperation", status).then(200, "<html>"), arm.ErrUnexpectedResponse, "unexpected response: invalid character '<' looking for beginning of value"},
		"no state":            {new(script).then(202, "", "Azure-AsyncOperation", status).then(200, `{}`), arm.ErrUnexpectedResponse, "unexpected response: the response did not contain a status"},
		"by state":            {new(script).then(202, "", "Location", result).then(200, `{"properties":{"provisioningState":"Failed"}}`), nil, "the operation has failed"},
		"refused poll":        {new(script).then(202, "", "Location", result).then(403, `{"error":{"code":"AuthorizationFailed","message":"no"}}`), arm.ErrForbidden, "403 AuthorizationFailed: no"},
		"no link":             {new(script).then(202, ""), arm.ErrUnexpectedResponse, "unexpected response: 202 without a usable link to the operation's status"},
		"a broken link":       {new(script).then(202, "", "Location", "nowhere?sig=secret"), arm.ErrUnexpectedResponse, "unexpected response: 202 without a usable link to the operation's status"},
		"a foreign Location":  {new(script).then(202, "", "Location", "https://evil.example/x?t=secret"), arm.ErrForeignLink, `operation status at "https://evil.example" is not followed: it must be at https://management.azure.com`},
		"a foreign operation": {new(script).then(202, "", "Azure-AsyncOperation", "http://management.azure.com/x", "Location", result), arm.ErrForeignLink, `operation status at "http://management.azure.com" is not followed: it must be at https://management.azure.com`},
		"a later Location":    {new(script).then(202, "", "Location", result).then(202, "", "Location", "https://evil.example/y"), arm.ErrForeignLink, `operation status at "https://evil.example" is not followed: it must be at https://management.azure.com`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, _ := newClient(t, test.script.serve)
				err := client.Delete(t.Context(), "DevTest")
				require.EqualError(t, err, operation+test.want)
				if test.is != nil {
					require.ErrorIs(t, err, test.is)
				}
				for _, line := range test.script.lines() {
					require.NotContains(t, line, "evil")
				}
			})
		})
	}
}

// The error of an operation that failed is azcore's too, without its text.
func TestAFailedOperationIsAResponseError(t *testing.T) {
	t.Parallel()
	s := new(script).then(202, "", "Azure-AsyncOperation", status).then(200, `{"status":"Failed","error":{"code":"Busy","message":"no"},"secret":"p@ssw0rd!"}`)
	client, _ := newClient(t, s.serve)
	poller, err := client.BeginDelete(t.Context(), "DevTest")
	require.NoError(t, err)
	require.False(t, poller.Done())
	_, err = poller.Poll(t.Context())
	refusal, ok := errors.AsType[*azcore.ResponseError](err)
	require.True(t, ok)
	require.Equal(t, "Busy", refusal.ErrorCode)
	require.Empty(t, refusal.RawResponse.Request.URL.RawQuery)
	require.NotContains(t, err.Error(), "p@ssw0rd!")
}

func TestTheEndOfTheContextEndsTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, _ := newClient(t, new(script).then(202, "", "Location", result).serve)
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		err := client.Delete(ctx, "DevTest")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.EqualError(t, err, `arm: delete resource group "DevTest" in management.azure.com: context deadline exceeded`)
	})
}

func TestAPollerIsDoneByItself(t *testing.T) {
	t.Parallel()
	s := new(script).then(202, "", "Location", result).then(202, "").then(200, "")
	client, _ := newClient(t, s.serve)
	poller, err := client.BeginDelete(t.Context(), "DevTest")
	require.NoError(t, err)
	for !poller.Done() {
		_, err := poller.Poll(t.Context())
		require.NoError(t, err)
	}
	_, err = poller.Result(t.Context())
	require.NoError(t, err)
	require.Len(t, s.lines(), 3)
}
