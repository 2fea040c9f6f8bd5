package peers

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/keyless-go/azure/keyvault"
)

const (
	vaultURL   = "https://contoso.vault.azure.net"
	secretText = "correct horse battery staple"
)

// Reader reads something from a service that answers in no time.
type Reader struct {
	Name string
	Want string // what it is to read
	Read func(context.Context) (string, error)
}

// Readers are of a secret. They are this library's client, azsecrets and net/http by hand,
// with the same token in hand and the same transport.
func Readers() ([]Reader, error) {
	client := &http.Client{Transport: vault{}}
	ours, err := keyvault.NewSecretClient(vaultURL, holder{}, &keyvault.ClientOptions{HTTPClient: client})
	if err != nil {
		return nil, err
	}
	theirs, err := azsecrets.NewClient(vaultURL, holder{}, &azsecrets.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: client}})
	if err != nil {
		return nil, err
	}
	return []Reader{
		{"net/http by hand", secretText, func(ctx context.Context) (string, error) { return readByHand(ctx, client) }},
		{"this library", secretText, func(ctx context.Context) (string, error) {
			secret, err := ours.Get(ctx, "db")
			return secret.Value.Reveal(), err
		}},
		{"azsecrets", secretText, func(ctx context.Context) (string, error) {
			got, err := theirs.GetSecret(ctx, "db", "", nil)
			if err != nil {
				return "", err
			}
			return *got.Value, nil
		}},
	}, nil
}

// Benchmark measures one read after the other. The first one, with its challenge, is
// not measured.
func (r Reader) Benchmark(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	if value, err := r.Read(ctx); err != nil || value != r.Want {
		b.Fatalf("%s read %q: %v", r.Name, value, err)
	}
	for b.Loop() {
		if _, err := r.Read(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

// readByHand does what a program without any library does at the least.
func readByHand(ctx context.Context, client *http.Client) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, vaultURL+"/secrets/db?api-version=7.4", nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+heldToken)
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the vault answered %s", resp.Status)
	}
	var secret struct {
		Value string `json:"value"`
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return "", err
	}
	err = json.Unmarshal(body, &secret)
	return secret.Value, err
}

const heldToken = "e30.e30.c2lnbmF0dXJl"

// holder always has a token.
type holder struct{}

// GetToken returns it.
func (holder) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: heldToken, ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
}

// vault answers every request that has a token with the same secret.
type vault struct{}

// RoundTrip answers without a wire.
func (vault) RoundTrip(req *http.Request) (*http.Response, error) {
	const (
		challenge = `Bearer authorization="https://login.windows.net/00000000-0000-0000-0000-000000000001", resource="https://vault.azure.net"`
		secret    = `{"value":"` + secretText + `","id":"https://contoso.vault.azure.net/secrets/db/50644e90b13249b584c44b9f712f2e51",` +
			`"attributes":{"enabled":true,"created":1623000000,"updated":1623000000,"recoveryLevel":"Recoverable+Purgeable","recoverableDays":90}}`
	)
	resp := &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, Request: req,
	}
	body := secret
	if req.Header.Get("Authorization") == "" {
		resp.Status, resp.StatusCode, body = "401 Unauthorized", http.StatusUnauthorized, "{}"
		resp.Header.Set("WWW-Authenticate", challenge)
	}
	resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	return resp, nil
}
