// Package tutorial holds the steps of Microsoft's managed identity tutorials,
// for the programs under examples. Each step runs on Azure and on the emulator
// by the same code: all that differs is the HTTP client.
package tutorial

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/keyless-go/azure/credential"
)

// World is where a tutorial runs.
type World struct {
	HTTPClient *http.Client           // nil: Azure itself; the emulator's: the emulator
	ClientID   string                 // of a user-assigned identity; empty: system-assigned
	Shared     azcore.TokenCredential // used instead of a credential of the step's own
	Trace      io.Writer              // gets each request's first line; nil: nobody
}

// Credential makes the credential of the world's machine, unless one is shared.
func (w World) Credential() (azcore.TokenCredential, error) {
	if w.Shared != nil {
		return w.Shared, nil
	}
	options := &credential.ManagedIdentityCredentialOptions{HTTPClient: w.HTTPClient, ClientOptions: w.clientOptions()}
	if w.ClientID != "" {
		options.ID = credential.ClientID(w.ClientID)
	}
	return credential.NewManagedIdentityCredential(options)
}

func (w World) clientOptions() azcore.ClientOptions {
	if w.Trace == nil {
		return azcore.ClientOptions{}
	}
	return azcore.ClientOptions{PerRetryPolicies: []policy.Policy{trace{w.Trace}}}
}

// trace is an azcore policy that prints what is sent, without headers.
type trace struct{ out io.Writer }

// Do prints the request's first line and sends it on.
func (t trace) Do(req *policy.Request) (*http.Response, error) {
	_, _ = fmt.Fprintf(t.out, "  > %s %s\n", req.Raw().Method, withoutSignature(req.Raw().URL))
	return req.Next()
}

// withoutSignature is u without what would open it to whoever reads this.
func withoutSignature(u *url.URL) string {
	shown := *u
	pairs := strings.Split(u.RawQuery, "&")
	for i, pair := range pairs {
		if strings.HasPrefix(pair, "sig=") {
			pairs[i] = "sig=REDACTED"
		}
	}
	shown.RawQuery = strings.Join(pairs, "&")
	return shown.String()
}
