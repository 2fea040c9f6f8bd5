package arm_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/arm"
)

func TestErrorsTellTheDetails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		is     error
		want   string
	}{
		"details": {
			400, `{"error":{"code":"Bad","message":"outer","target":"x","details":[{"code":"A","message":"first","details":[{"code":"B","message":"inner"}]},{"message":"second"}],"additionalInfo":[{"type":"t","info":{}}]}}`,
			nil, "400 Bad: outer; A: first; B: inner; second",
		},
		"forbidden": {
			403, `{"error":{"code":"AuthorizationFailed","message":"The client 'c' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourceGroups/read'."}}`,
			arm.ErrForbidden, "403 AuthorizationFailed: The client 'c' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourceGroups/read'.",
		},
		"unregistered": {409, `{"error":{"code":"MissingSubscriptionRegistration","message":"register it"}}`, arm.ErrConflict, "409 MissingSubscriptionRegistration: register it"},
		"version":      {400, `{"error":{"code":"InvalidApiVersionParameter","message":"no"}}`, nil, "400 InvalidApiVersionParameter: no"},
		"a page":       {502, `<html><body>Bad Gateway</body></html>`, nil, "502 Bad Gateway"},
		"unauthorized": {401, `{"error":{"code":"InvalidAuthenticationToken","message":"expired"}}`, arm.ErrUnauthorized, "401 InvalidAuthenticationToken: expired: the credential answered with the same token again"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := new(script).then(test.status, test.body, "x-ms-request-id", "r1")
			client, _ := newClient(t, s.serve, noRetries)
			_, err := client.Get(t.Context(), "DevTest")
			require.EqualError(t, err, `arm: get resource group "DevTest" in management.azure.com: `+test.want+" (request id r1)")
			if test.is != nil {
				require.ErrorIs(t, err, test.is)
			}
			refusal, ok := errors.AsType[*azcore.ResponseError](err)
			require.True(t, ok)
			require.Equal(t, test.status, refusal.StatusCode)
			require.Len(t, s.lines(), 1, "no provider is registered")
		})
	}
}

// An error is one bounded line, whatever the service says.
func FuzzErrorDetails(f *testing.F) {
	for _, body := range []string{
		"", "null", "[]", `{"error":null}`, `{"error":{"details":[{"details":[{"details":[{}]}]}]}}`, `{"error":{"code":1,"message":{}}}`,
		`{"error":{"code":"A","message":"m","details":[{"code":"B","message":"n"},{"code":"C","message":"sig=abc"}]}}`, `<Error><Code>x`,
		"\xef\xbb\xbf<?xml version=\"1.0\"?><Error><Code>A</Code><Message>m\nRequestId:1\nTime:2</Message></Error>",
		`{"code":"A","message":"Bearer eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2lnbmF0dXJl"}`, `{"error":{"innererror":{"innererror":{"code":"z"}}}}`,
		`{"code":"A","message":"eyJ0eXAiOiJKV1QifQ x"}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		client, _ := newClient(t, always(400, body), noRetries)
		_, err := client.Get(t.Context(), "DevTest")
		require.Error(t, err)
		text := err.Error()
		require.False(t, strings.ContainsAny(text, "\n\r\x00"), "%q", text)
		require.True(t, utf8.ValidString(text))
		require.Less(t, len(text), 8<<10)
		require.NotContains(t, text, "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0") // a header by itself tells nothing
	})
}

func jsonString(t *testing.T, s string) string {
	t.Helper()
	text, err := json.Marshal(s)
	require.NoError(t, err)
	return string(text)
}
