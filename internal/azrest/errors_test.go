package azrest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

func TestServiceErrors(t *testing.T) {
	t.Parallel()
	const prefix = `keyvault: get secret "db" in contoso.vault.azure.net: `
	for name, test := range map[string]struct {
		status int
		body   string
		is     error
		code   string
		want   string
	}{
		"not found": {404, `{"error":{"code":"SecretNotFound","message":"A secret was not found"}}`, azrest.ErrNotFound, "SecretNotFound", "404 SecretNotFound: A secret was not found"},
		"inner code": {
			403, `{"error":{"code":"Forbidden","message":"Operation get is not allowed on a disabled secret.","innererror":{"code":"SecretDisabled"}}}`,
			azrest.ErrForbidden, "Forbidden", "403 Forbidden/SecretDisabled: Operation get is not allowed on a disabled secret.",
		},
		"inner codes, other case": {
			403, `{"error":{"code":"Forbidden","message":"m","innerError":{"code":"Forbidden","innererror":{"code":"ForbiddenByRbac"}}}}`,
			azrest.ErrForbidden, "Forbidden", "403 Forbidden/ForbiddenByRbac: m",
		},
		"details": {
			409, `{"error":{"code":"Conflict","message":"m","details":[{"code":"A","message":"a"},{"message":"b"}]}}`,
			azrest.ErrConflict, "Conflict", "409 Conflict: m; A: a; b",
		},
		"bare":            {412, `{"code":"ConditionNotMet","message":"m"}`, azrest.ErrConflict, "ConditionNotMet", "412 ConditionNotMet: m"},
		"html":            {401, "<html>" + jwt + "</html>", azrest.ErrUnauthorized, "", "401 Unauthorized"},
		"empty":           {404, "", azrest.ErrNotFound, "", "404 Not Found"},
		"odd types":       {403, `{"error":{"code":7,"message":"m","details":"x"}}`, azrest.ErrForbidden, "", "403 Forbidden: m"},
		"error as string": {400, `{"error":"invalid_request"}`, nil, "", "400 Bad Request"},
		"many lines":      {404, `{"error":{"code":"X","message":"a\r\nb\u0000c\u001b[31m"}}`, azrest.ErrNotFound, "X", "404 X: a b c [31m"},
		"secrets": {
			403, `{"error":{"code":"X","message":"token ` + jwt + ` and Bearer 0123456789abcdefghijklm and https://x/?sv=1&sig=c2VjcmV0 end"}}`,
			azrest.ErrForbidden, "X", "403 X: token REDACTED and Bearer REDACTED and https://x/?sv=1&sig=REDACTED end",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := get(t.Context(), newClient(t, always(test.status, test.body, "X-Ms-Request-Id", "id-1")))
			require.EqualError(t, err, prefix+test.want+" (request id id-1)")
			if test.is != nil {
				require.ErrorIs(t, err, test.is)
			}
			response, ok := errors.AsType[*azcore.ResponseError](err)
			require.True(t, ok)
			require.Equal(t, test.status, response.StatusCode)
			require.Equal(t, test.code, response.ErrorCode)
		})
	}
}

func TestCodesAreFound(t *testing.T) {
	t.Parallel()
	_, err := get(t.Context(), newClient(t, always(403, `{"error":{"code":"Forbidden","innererror":{"code":"SecretDisabled"}}}`)))
	e, ok := errors.AsType[*azrest.Error](err)
	require.True(t, ok)
	require.True(t, e.HasCode("secretdisabled"))
	require.False(t, e.HasCode("Other"))
}

func TestMessagesAreBounded(t *testing.T) {
	t.Parallel()
	nested := strings.Repeat(`{"code":"c","innererror":`, 1000) + `{}` + strings.Repeat("}", 1000)
	for _, body := range []string{
		`{"error":{"code":"X","message":"` + strings.Repeat("long ", 10_000) + `"}}`,
		`{"error":` + nested + `}`,
		`{"error":{"code":"` + strings.Repeat("c", 50_000) + `"}}`,
	} {
		_, err := get(t.Context(), newClient(t, always(404, body, "X-Ms-Request-Id", strings.Repeat("i", 50_000))))
		require.ErrorIs(t, err, azrest.ErrNotFound)
		require.Less(t, len(err.Error()), 3<<10)
	}
}

func TestTheResponseErrorHoldsNoSecret(t *testing.T) {
	t.Parallel()
	body := `{"error":{"code":"X","message":"m ` + jwt + `"},"value":"p@ssw0rd!"}`
	call := getCall()
	call.Method, call.Body = http.MethodPut, map[string]string{"value": "p@ssw0rd!"}
	call.Query = url.Values{"sig": {"c2VjcmV0"}}
	client := newClient(t, always(403, body, "Set-Cookie", "p@ssw0rd!", "Location", "https://x/y?sig=c2VjcmV0"), withBearer(&tokens{list: []string{jwt}}))
	var captured *http.Response
	_, err := azrest.Do[thing](policy.WithCaptureResponse(t.Context(), &captured), client, call)
	response, ok := errors.AsType[*azcore.ResponseError](err)
	require.True(t, ok)
	kept, readErr := io.ReadAll(response.RawResponse.Body)
	require.NoError(t, readErr)
	require.JSONEq(t, `{"error":{"code":"X","message":"m REDACTED"}}`, string(kept))
	require.Equal(t, endpoint+"/secrets/db", response.RawResponse.Request.URL.String())
	encoded, jsonErr := json.Marshal(response)
	require.NoError(t, jsonErr)
	for _, shown := range []string{
		err.Error(), fmt.Sprintf("%v %+v %#v %q", err, err, err, err), response.Error(), string(encoded),
		fmt.Sprintf("%+v %+v", *response.RawResponse, *response.RawResponse.Request),
		fmt.Sprintf("%+v %+v", *captured, *captured.Request),
	} {
		require.NotContains(t, shown, "eyJ")
		require.NotContains(t, shown, "c2VjcmV0")
		require.NotContains(t, shown, "p@ssw0rd")
	}
}

func TestErrorsCanBeReadByMany(t *testing.T) {
	t.Parallel()
	_, err := get(t.Context(), newClient(t, always(404, `{"error":{"code":"X"}}`)))
	response, ok := errors.AsType[*azcore.ResponseError](err)
	require.True(t, ok)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { _ = response.Error() + err.Error() })
	}
	group.Wait()
}

func TestThrottlingIsRetriedAndThenTold(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		headers []string
		tries   int
		took    time.Duration
		want    time.Duration
	}{
		"seconds":          {[]string{"Retry-After", "30"}, 4, 90 * time.Second, 30 * time.Second},
		"milliseconds":     {[]string{"Retry-After-Ms", "1500"}, 4, 4500 * time.Millisecond, 1500 * time.Millisecond},
		"x-ms":             {[]string{"X-Ms-Retry-After-Ms", "1000"}, 4, 3 * time.Second, time.Second},
		"date":             {[]string{"Retry-After", "Sat, 01 Jan 2000 00:10:00 GMT"}, 1, 0, 10 * time.Minute},
		"too long to wait": {[]string{"Retry-After", "61"}, 1, 0, 61 * time.Second},
		"absurd":           {[]string{"Retry-After", "2147483647"}, 1, 0, 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := (&script{}).then(429, `{"error":{"code":"Throttled","message":"too many"}}`, test.headers...)
				start := time.Now()
				_, err := get(t.Context(), newClient(t, s.serve))
				require.ErrorIs(t, err, azrest.ErrThrottled)
				require.Equal(t, test.took, time.Since(start))
				require.Len(t, s.seen, test.tries)
				var patient interface{ RetryAfter() time.Duration }
				require.ErrorAs(t, err, &patient)
				require.Equal(t, test.want, patient.RetryAfter())
			})
		})
	}
}

func TestAnErrorWithoutPatience(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"", "0", "-1", "soon", "1.5"} {
		_, err := get(t.Context(), newClient(t, always(404, "", "Retry-After", value)))
		e, ok := errors.AsType[*azrest.Error](err)
		require.True(t, ok)
		require.Zero(t, e.RetryAfter(), value)
	}
}
