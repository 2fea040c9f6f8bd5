package azrest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/internal/azrest"
)

// Whoever refuses a request may repeat what it was sent.
func TestErrorsRepeatNothingThatWasSent(t *testing.T) {
	t.Parallel()
	const opaque = "0pAqu3t0k3n"
	for name, secret := range map[string]string{
		"plain":    "p@ssw0rd!",
		"escaped":  `p"ss\w0rd<&>`,
		"spaces":   "my pass\nword  here",
		"of words": "the value",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			quoted, err := json.Marshal("the token " + opaque + " cannot set (" + secret + ")")
			require.NoError(t, err)
			code, err := json.Marshal(secret)
			require.NoError(t, err)
			body := fmt.Sprintf(`{"error":{"code":%s,"message":%s,"details":[{"code":%s,"message":%s}]}}`, code, quoted, code, quoted)
			call := getCall()
			call.Method, call.Body, call.Secret = http.MethodPut, map[string]string{"value": secret}, secret
			client := newClient(t, always(400, body, "X-Ms-Error-Code", opaque), withBearer(&tokens{list: []string{opaque}}))
			_, err = azrest.Do[thing](t.Context(), client, call)
			require.EqualError(t, err, `keyvault: get secret "db" in contoso.vault.azure.net: 400 REDACTED: `+
				"the token REDACTED cannot set (REDACTED); REDACTED: the token REDACTED cannot set (REDACTED)")
			require.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), opaque)
		})
	}
}

// What is no secret by its length would be found in any word.
func TestShortSecretsSpoilNoMessage(t *testing.T) {
	t.Parallel()
	call := getCall()
	call.Secret = "on"
	service := always(403, `{"error":{"code":"Forbidden","message":"the token gives no permission"}}`)
	_, err := azrest.Do[thing](t.Context(), newClient(t, service, withBearer(&tokens{list: []string{"token"}})), call)
	require.ErrorContains(t, err, "403 Forbidden: the token gives no permission")
}
