package credential_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/credential"
)

// TestErrorBodies: what each source says, in its own shape.
func TestErrorBodies(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status            int
		body              string
		code, description string
		correlation       string
		kind              error
	}{
		"no such identity": {
			400, `{"error":"invalid_request","error_description":"Identity not found"}`,
			"invalid_request", "Identity not found", "", credential.ErrIdentityNotFound,
		},
		"several identities": {
			400, `{"error":"invalid_request","error_description":"Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request"}`,
			"invalid_request", "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request", "", credential.ErrMultipleIdentities,
		},
		"no such resource": {
			400, `{"error":"invalid_resource","error_description":"AADSTS500011: The resource principal named https://x was not found"}`,
			"invalid_resource", "AADSTS500011: The resource principal named https://x was not found", "", credential.ErrResourceNotFound,
		},
		"no such resource, older code": {
			400, `{"error":"invalid_request","error_description":"AADSTS50001: The application was not found","correlation_id":"c-1"}`,
			"invalid_request", "AADSTS50001: The application was not found", "c-1", credential.ErrResourceNotFound,
		},
		"API version": {
			400, `{"error":"Bad request. api-version is invalid or was not specified in the request.","newest-versions":["2025-04-07","2024-07-17"]}`,
			"Bad request. api-version is invalid or was not specified in the request.", "", "", nil,
		},
		"Service Fabric": {
			400, `{"error":{"correlationId":"7f30f4d3-0f3a-41e0-a417-527f21b3848f","code":"SecretHeaderNotFound","message":"Secret is not found in the request headers."}}`,
			"SecretHeaderNotFound", "Secret is not found in the request headers.", "7f30f4d3-0f3a-41e0-a417-527f21b3848f", nil,
		},
		"Service Fabric, no identity": {
			404, `{"error":{"correlationId":"c-2","code":"ManagedIdentityNotFound","message":"Managed identity not found."}}`,
			"ManagedIdentityNotFound", "Managed identity not found.", "c-2", credential.ErrIdentityNotFound,
		},
		"Cloud Shell": {
			400, `{"error":{"code":"AudienceNotSupported","message":"Audience https://x is not a supported MSI audience"}}`,
			"AudienceNotSupported", "Audience https://x is not a supported MSI audience", "", credential.ErrResourceNotFound,
		},
		"App Service": {
			400, `{"statusCode":400,"message":"Unable to load the proper Managed Identity.","correlationId":"c-3"}`,
			"", "Unable to load the proper Managed Identity.", "c-3", credential.ErrIdentityNotFound,
		},
		"App Service, another's client ID": {
			400, `{"statusCode":400,"message":"No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.","correlationId":"c-5"}`,
			"", "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.", "c-5", credential.ErrIdentityNotFound,
		},
		"App Service in 2019": {
			400, `{"StatusCode":400,"Message":"No MSI found for specified ClientId/ResourceId.","CorrelationId":"c-6"}`,
			"", "No MSI found for specified ClientId/ResourceId.", "c-6", credential.ErrIdentityNotFound,
		},
		"a number for a text": {
			400, `{"correlation_id":7,"error":"invalid_request","error_description":"Identity not found"}`,
			"invalid_request", "Identity not found", "", credential.ErrIdentityNotFound,
		},
		"an object for a text": {
			404, `{"error":{"message":{"lang":"en-us"},"code":"ManagedIdentityNotFound","correlationId":"c-7"},"error_codes":"none"}`,
			"ManagedIdentityNotFound", "", "c-7", credential.ErrIdentityNotFound,
		},
		"Entra": {
			401, `{"error":"invalid_client","error_description":"AADSTS700016: Application not found","error_codes":[700016],"trace_id":"t","correlation_id":"c-4"}`,
			"invalid_client", "AADSTS700016: Application not found", "c-4", credential.ErrIdentityNotFound,
		},
		"Docker Desktop":   {403, `connecting to 169.254.169.254: network is unreachable`, "", "", "", credential.ErrUnavailable},
		"forbidden":        {403, `{"error":"access_denied"}`, "access_denied", "", "", nil},
		"throttled":        {429, `{"error":"too_many_requests"}`, "too_many_requests", "", "", credential.ErrThrottled},
		"server error":     {500, `{"error":"unknown","error_description":"Failed to retrieve token from the Active directory."}`, "unknown", "Failed to retrieve token from the Active directory.", "", credential.ErrUnavailable},
		"code is a number": {400, `{"error":5}`, "5", "", "", nil},
		"not JSON":         {400, `{"error":`, "", "", "", nil},
		"nothing":          {400, ``, "", "", "", nil},
		"redirect":         {302, ``, "", "", "", credential.ErrUnexpectedResponse},
		"no content":       {204, ``, "", "", "", credential.ErrUnexpectedResponse},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := credential.StatusError(tc.status, http.Header{}, []byte(tc.body), "")
			require.Equal(t, tc.status, e.StatusCode)
			require.Equal(t, tc.code, e.Code)
			require.Equal(t, tc.description, e.Description)
			require.Equal(t, tc.correlation, e.CorrelationID)
			for _, kind := range kinds() {
				if tc.kind != nil && errors.Is(kind, tc.kind) {
					require.ErrorIs(t, e, kind)
				} else {
					require.NotErrorIs(t, e, kind)
				}
			}
		})
	}
}

func kinds() []error {
	return []error{
		credential.ErrUnavailable, credential.ErrIdentityNotFound, credential.ErrMultipleIdentities, credential.ErrResourceNotFound,
		credential.ErrThrottled, credential.ErrUnexpectedResponse, credential.ErrUnsupportedID,
	}
}

// TestForeignPages: of what something else answers the start is shown, unless it
// may be a token.
func TestForeignPages(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ body, shown string }{
		"page":                         {"<html>\n<title>Captive portal</title> please sign in", "<html> <title>Captive portal</title> please sign in"},
		"plain":                        {"Required metadata header not specified or not correct", "Required metadata header not specified or not correct"},
		"long":                         {strings.Repeat("page one ", 100), "page one"},
		"a token":                      {"0123456789abcdef", ""},
		"a JWT in text":                {"here it is: " + "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.sig", "here it is: REDACTED"},
		"a long key":                   {"here it is: " + strings.Repeat("k", 48), "here it is: REDACTED"},
		"says token":                   {"your Token is 0123456789abcdef", ""},
		"JSON":                         {`{"x": "0123456789abcdef y"}`, ""},
		"JSON after a byte order mark": {"\ufeff" + `{"x": "0123456789abcdef y"}`, ""},
		"JSON list":                    {`[ "0123456789abcdef" ]`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := credential.StatusError(400, http.Header{}, []byte(tc.body), "").Error()
			require.Contains(t, text, tc.shown)
			require.NotContains(t, text, "0123456789abcdef")
			require.NotContains(t, text, "eyJ")
			require.NotContains(t, text, "kkkk")
			require.Less(t, len(text), 600)
		})
	}
}

// TestEchoedSecrets: a source may repeat what it was asked with. The error does not.
func TestEchoedSecrets(t *testing.T) {
	t.Parallel()
	const secret = "4AD4F8B7-short"
	header := http.Header{"X-Ms-Request-Id": {secret}, "Server": {"echo " + secret}}
	for name, body := range map[string]string{
		"code":        `{"error":"` + secret + `"}`,
		"description": `{"error":"x","error_description":"header ` + secret + ` is wrong"}`,
		"at the cut":  `{"error":"x","error_description":"` + strings.Repeat("y ", 1020) + secret + `"}`,
		"correlation": `{"error":{"code":"x","message":"y","correlationId":"` + secret + `"}}`,
		"page":        "the header " + secret + " is wrong",
		"page's cut":  strings.Repeat("page ", 50) + secret,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := credential.StatusError(400, header, []byte(body), secret)
			for i := 4; i <= len(secret); i++ {
				require.NotContains(t, e.Error(), secret[:i])
			}
			require.Contains(t, e.Error(), "REDACTED")
		})
	}
}

// What stands in for a secret, or for half a character, counts as well.
func TestErrorTextsAreBounded(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"many signatures":  strings.Repeat("sig=x ", 1000),
		"half a character": strings.Repeat("ab ", 85) + "é" + strings.Repeat("ab ", 1000),
		"no characters":    strings.Repeat("a\xff ", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{"Server": {text}, "X-Ms-Request-Id": {text}}
			e := credential.StatusError(400, header, []byte(`{"error":"`+text+`","error_description":"`+text+`","correlation_id":"`+text+`"}`), "")
			for limit, got := range map[int]string{256: e.Code, 2048: e.Description} {
				require.Greater(t, len(got), limit-len("REDACTED"))
				require.LessOrEqual(t, len(got), limit+len("…"))
				require.True(t, utf8.ValidString(got))
			}
			require.LessOrEqual(t, len(e.RequestID), 64+len("…"))
			require.LessOrEqual(t, len(e.CorrelationID), 64+len("…"))
			require.NotContains(t, e.Code, "sig=x")
		})
	}
}

func FuzzErrorBody(f *testing.F) {
	f.Add([]byte(`{"error":"invalid_request","error_description":"Identity not found"}`), 400, "hidden-secret")
	f.Add([]byte(`{"error":{"code":"x","message":"hidden-secret","correlationId":"c"}}`), 404, "hidden-secret")
	f.Add([]byte(`{"statusCode":400,"message":"eyJhbGciOiJub25lIn0.eyJleHAiOjF9.c2lnbmF0dXJl"}`), 400, "")
	f.Add([]byte("<html>\r\nhidden-secret\x00 page"), 502, "hidden-secret")
	f.Add([]byte(`{"error":null,"error_codes":[70021,"x"]}`), 401, "")
	f.Add([]byte(`{"error":"`+strings.Repeat("sig=x ", 50)+`"}`), 400, "")
	f.Fuzz(func(t *testing.T, body []byte, status int, secret string) {
		header := http.Header{"Server": {string(body)}, "X-Ms-Request-Id": {secret}, "Retry-After": {string(body)}}
		e := credential.StatusError(status, header, body, secret)
		text := e.Error()
		require.LessOrEqual(t, len(e.Code), 256+len("…"))
		require.LessOrEqual(t, len(e.Description), 2048+len("…"))
		require.Less(t, len(text), 4000)
		require.NotContains(t, text, "\n")
		require.NotRegexp(t, `eyJ[\w-]{20,}`, text)
		require.GreaterOrEqual(t, e.RetryAfter, 0*e.RetryAfter)
		// A secret of letters and digits that is no part of the usual words.
		if len(secret) > 20 && strings.Trim(secret, "0123456789abcdefghijklmnopqrstuvwxyz") == "" {
			require.NotContains(t, text, secret)
		}
	})
}
