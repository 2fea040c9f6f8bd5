package credential

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/keyless-go/azure/internal/azrest"
)

// workload exchanges the token that Kubernetes gives a pod for one of Entra.
// https://learn.microsoft.com/entra/workload-id/workload-identity-federation
type workload struct {
	endpoint *url.URL
	clientID string
	file     string
}

func newWorkload(o *ManagedIdentityCredentialOptions) (*workload, error) {
	if err := checkID(o.ID, SourceWorkloadIdentity, idParameters{client: "client_id"}); err != nil {
		return nil, err
	}
	s := &workload{clientID: env("AZURE_CLIENT_ID"), file: env("AZURE_FEDERATED_TOKEN_FILE")}
	if o.ID != nil {
		s.clientID = o.ID.String()
	}
	if s.file == "" {
		return nil, errors.New("AZURE_FEDERATED_TOKEN_FILE is not set")
	}
	if !isGUID(s.clientID) {
		return nil, errors.New("AZURE_CLIENT_ID or ID must be a client ID, a GUID")
	}
	tenant := env("AZURE_TENANT_ID")
	if !regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.-]*$`).MatchString(tenant) {
		return nil, errors.New("AZURE_TENANT_ID must be a tenant's GUID or domain")
	}
	var err error
	s.endpoint, err = authority(o, tenant)
	return s, err
}

// authority is where the tenant's tokens come from, in the cloud named.
func authority(o *ManagedIdentityCredentialOptions, tenant string) (*url.URL, error) {
	host := firstOf(o.Endpoint, env("AZURE_AUTHORITY_HOST"), o.Cloud.ActiveDirectoryAuthorityHost, "https://login.microsoftonline.com/")
	endpoint, err := parseEndpoint(host, "/")
	if err != nil {
		return nil, err
	}
	if endpoint.Scheme != "https" {
		return nil, errors.New("endpoint: the authority must be https")
	}
	return endpoint.JoinPath(tenant, "oauth2", "v2.0", "token"), nil
}

func (s *workload) try(ctx context.Context, send sender, a ask) (answer, error) {
	assertion, err := readAssertion(s.file)
	if err != nil {
		return answer{}, &Error{kind: ErrUnavailable, detail: err.Error()}
	}
	form := url.Values{
		"client_id":             {s.clientID},
		"grant_type":            {"client_credentials"},
		"scope":                 {a.resource + defaultSuffix},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {assertion},
	}
	if claims := requestedClaims(a); claims != "" {
		form.Set("claims", claims)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.endpoint.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return send(req)
}

// requestedClaims is what a challenge asks for and, for a client that can answer
// challenges, the word that it can.
func requestedClaims(a ask) string {
	claims := map[string]any{}
	if a.claims != "" && json.Unmarshal([]byte(a.claims), &claims) != nil {
		return a.claims // for Entra to judge
	}
	if a.cae {
		inner, ok := claims["access_token"].(map[string]any)
		if !ok {
			inner = map[string]any{}
		}
		inner["xms_cc"] = map[string]any{"values": []string{"cp1"}}
		claims["access_token"] = inner
	}
	if len(claims) == 0 {
		return ""
	}
	text, _ := json.Marshal(claims) //nolint:errchkjson // it came from JSON
	return string(text)
}

// readAssertion reads the file anew for each exchange: Kubernetes replaces it.
func readAssertion(file string) (string, error) {
	const limit = 64 << 10
	f, err := os.Open(file) //nolint:gosec // the platform names the file
	if err != nil {
		return "", fmt.Errorf("AZURE_FEDERATED_TOKEN_FILE: %w", err)
	}
	defer func() { _ = f.Close() }()
	content, err := azrest.ReadAll(f, limit)
	assertion := strings.TrimSpace(string(content))
	switch {
	case err != nil:
		return "", fmt.Errorf("AZURE_FEDERATED_TOKEN_FILE: %w", err)
	case strings.Count(assertion, ".") != 2 || strings.ContainsAny(assertion, " \t\r\n"):
		return "", errors.New("AZURE_FEDERATED_TOKEN_FILE: the file does not hold a token")
	}
	return assertion, nil
}

func (s *workload) rules() retryRules {
	return retryRules{
		retry: func(status int) bool { return status == http.StatusRequestTimeout || isTransient(status) },
		base:  time.Second, ceiling: 15 * time.Second,
	}
}
