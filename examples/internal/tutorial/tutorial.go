// Package tutorial holds the steps of Microsoft's managed identity tutorials,
// for the programs under examples. Each step runs on Azure and on the emulator
// by the same code: all that differs is the HTTP client.
package tutorial

import (
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/keyless-go/azure/credential"
)

// Subscription is the ID of the emulator's subscription.
const Subscription = "98f51385-2edc-4b79-bed9-7718de4cb861"

// World is where a tutorial runs.
type World struct {
	HTTPClient *http.Client           // nil: Azure itself; the emulator's: the emulator
	ClientID   string                 // of a user-assigned identity; empty: system-assigned
	Source     credential.Source      // of tokens; empty: as the environment says
	Shared     azcore.TokenCredential // used instead of a credential of the step's own
	Transcript *Transcript            // notes what is sent; nil: nobody does
}

// Credential makes the credential of the world's machine, unless one is shared.
func (w World) Credential() (azcore.TokenCredential, error) {
	if w.Shared != nil {
		return w.Shared, nil
	}
	options := &credential.ManagedIdentityCredentialOptions{
		HTTPClient: w.HTTPClient, ClientOptions: w.noting(true), Source: w.Source,
	}
	if w.ClientID != "" {
		options.ID = credential.ClientID(w.ClientID)
	}
	return credential.NewManagedIdentityCredential(options)
}

func (w World) clientOptions() azcore.ClientOptions { return w.noting(false) }

func (w World) noting(token bool) azcore.ClientOptions {
	if w.Transcript == nil {
		return azcore.ClientOptions{}
	}
	return azcore.ClientOptions{PerRetryPolicies: []policy.Policy{transcriber{w.Transcript, token}}}
}
