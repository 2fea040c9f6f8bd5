package credential_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
)

// In place of a virtual machine the examples have an emulator. On a machine of
// Azure there are no options: credential.NewManagedIdentityCredential(nil).
func onVM(observer func(credential.Event)) (*azuretest.Server, *credential.ManagedIdentityCredential) {
	srv, err := azuretest.Start()
	if err != nil {
		panic(err)
	}
	cred, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{
		HTTPClient: srv.Client(), Source: credential.SourceIMDS, Observer: observer,
	})
	if err != nil {
		panic(err)
	}
	return srv, cred
}

func ExampleNewManagedIdentityCredential() {
	srv, err := azuretest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()

	cred, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{
		HTTPClient: srv.Client(), // on a machine of Azure: none
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(cred)
	// Output: ManagedIdentityCredential(IMDS, system-assigned identity)
}

func ExampleManagedIdentityCredential_GetToken() {
	srv, cred := onVM(nil)
	defer srv.Close()

	token, err := cred.GetToken(context.Background(), policy.TokenRequestOptions{
		Scopes: []string{"https://vault.azure.net/.default"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("a token:", token.Token != "")
	fmt.Println("good for a day:", time.Until(token.ExpiresOn) > 23*time.Hour)
	// Output:
	// a token: true
	// good for a day: true
}

// What is wrong is told apart by errors.Is, and told to people by the error's text.
func ExampleManagedIdentityCredential_GetToken_error() {
	srv, cred := onVM(nil)
	defer srv.Close()
	srv.RemoveSystemIdentity()

	_, err := cred.GetToken(context.Background(), policy.TokenRequestOptions{
		Scopes: []string{"https://vault.azure.net/.default"},
	})
	fmt.Println(errors.Is(err, credential.ErrIdentityNotFound))
	if failure, ok := errors.AsType[*credential.Error](err); ok {
		fmt.Println(failure.Source, failure.StatusCode, failure.Code, failure.Description)
	}
	// Output:
	// true
	// IMDS 400 invalid_request Identity not found: the request names no identity, the machine has no identity
}

// A program that answers requests fetches its tokens before the first one comes.
func ExampleManagedIdentityCredential_Prefetch() {
	srv, cred := onVM(nil)
	defer srv.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	err := cred.Prefetch(ctx, "https://vault.azure.net/.default", "https://management.azure.com//.default")
	fmt.Println("ready:", err == nil)
	for _, token := range cred.Status().Tokens {
		fmt.Println(token.Resource)
	}
	// Output:
	// ready: true
	// https://management.azure.com/
	// https://vault.azure.net
}

// A health page shows where tokens come from and how each one is doing.
func ExampleManagedIdentityCredential_Status() {
	srv, cred := onVM(nil)
	defer srv.Close()
	_ = cred.Prefetch(context.Background(), "https://vault.azure.net/.default", "https://vault.azure.com/.default")

	health := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		status := cred.Status()
		for _, token := range status.Tokens {
			if token.Expires.Before(time.Now()) {
				w.WriteHeader(http.StatusServiceUnavailable)
				break
			}
		}
		if err := json.NewEncoder(w).Encode(status); err != nil {
			slog.Error("health page", "error", err)
		}
	})

	recorder := httptest.NewRecorder()
	health.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/healthz", http.NoBody))
	var page struct {
		Source, Identity string
		Tokens           []struct{ Resource, LastError string }
	}
	_ = json.Unmarshal(recorder.Body.Bytes(), &page)
	fmt.Println(recorder.Code, page.Source, page.Identity)
	for _, token := range page.Tokens {
		fmt.Println(token.Resource, "failing:", token.LastError != "")
	}
	// Output:
	// 503 IMDS system-assigned identity
	// https://vault.azure.com failing: true
	// https://vault.azure.net failing: false
}

// Events become log records: one for each fetch, none for each call.
func ExampleEvent() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTimes}))
	srv, cred := onVM(func(e credential.Event) {
		level := slog.LevelInfo
		if e.Err != nil {
			level = slog.LevelWarn
		}
		logger.Log(context.Background(), level, "token "+string(e.Kind),
			"source", e.Source, "resource", e.Resource, "attempt", e.Attempt, "duration", e.Duration, "expires", e.Expires, "error", e.Err)
	})
	defer srv.Close()

	for range 1000 {
		_ = cred.Prefetch(context.Background(), "https://vault.azure.net/.default")
	}
	// Output: level=INFO msg="token fetched" source=IMDS resource=https://vault.azure.net attempt=1 error=<nil>
}

// withoutTimes keeps the example's output the same from run to run.
func withoutTimes(_ []string, attr slog.Attr) slog.Attr {
	switch attr.Key {
	case "time", "duration", "expires":
		return slog.Attr{}
	}
	return attr
}

// commandLine is a credential that starts a program for every token, as that of
// a developer's login does.
type commandLine struct{ started int }

func (c *commandLine) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.started++
	return azcore.AccessToken{Token: "token-of-the-login", ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func ExampleNewCached() {
	login := &commandLine{}
	cred := credential.NewCached(login, nil)
	for range 1000 {
		_, err := cred.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: []string{"https://vault.azure.net/.default"}})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(cred, "asked", login.started, "time")
	// Output: CachedCredential(*credential_test.commandLine) asked 1 time
}

// A service without a client of its own is called by net/http.
func ExampleNewTransport() {
	srv, cred := onVM(nil)
	defer srv.Close()

	const host = "mytestkeyvault.vault.azure.net"
	base := srv.Client().Transport // on a machine of Azure: nil
	client := &http.Client{Transport: credential.NewTransport(cred, "https://vault.azure.net/.default", base, host)}

	resp, err := client.Get("https://" + host + "/secrets?api-version=7.4")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	fmt.Println(resp.Status)
	// Output: 200 OK
}

// One of several user-assigned identities is named by one of its IDs.
func ExampleClientID() {
	srv, err := azuretest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	reader := srv.AddUserIdentity("reader")

	cred, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{
		HTTPClient: srv.Client(),
		Source:     credential.SourceIMDS,
		ID:         credential.ClientID(reader.ClientID()),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = cred.Prefetch(context.Background(), "https://vault.azure.net/.default")
	fmt.Println(err, srv.Requests()[0].Identity)

	_, err = credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{ID: credential.ClientID("reader")})
	fmt.Println(err != nil)
	// Output:
	// <nil> reader
	// true
}
