package peers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Warm is a credential that holds the token of every request.
type Warm struct {
	Name     string
	Cred     azcore.TokenCredential
	Requests []policy.TokenRequestOptions
}

// WarmUp makes this library's credential, azidentity's and the [limit], each with
// the tokens of n scopes.
func WarmUp(ctx context.Context, a *Azure, n int) ([]Warm, error) {
	ours, err := Ours(a)
	if err != nil {
		return nil, err
	}
	theirs, err := Azidentity(a)
	if err != nil {
		return nil, err
	}
	requests := make([]policy.TokenRequestOptions, n)
	for i := range requests {
		requests[i].Scopes = []string{fmt.Sprintf("api://service-%d/.default", i)}
	}
	all := []Warm{{"limit", &limit{inner: theirs}, requests}, {"this library", ours, requests}, {"azidentity", theirs, requests}}
	for _, warm := range all {
		for _, request := range requests {
			if _, err := warm.Cred.GetToken(ctx, request); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// Serial benchmarks one goroutine.
func (w Warm) Serial(b *testing.B) {
	b.ReportAllocs()
	ctx, i := context.Background(), 0
	for b.Loop() {
		i++
		if _, err := w.Cred.GetToken(ctx, w.Requests[i%len(w.Requests)]); err != nil {
			b.Fatal(err)
		}
	}
}

// Parallel benchmarks as many goroutines as there are processors.
func (w Warm) Parallel(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, err := w.Cred.GetToken(ctx, w.Requests[i%len(w.Requests)]); err != nil {
				panic(err)
			}
		}
	})
}

// limit does the least that a cache of tokens must do: one read of a map that is
// copied on write, one clock read and a comparison. It renews nothing.
type limit struct {
	inner azcore.TokenCredential
	held  atomic.Pointer[map[string]*azcore.AccessToken]
}

// GetToken returns the token in hand. The first one for a scope comes from the
// inner credential.
func (l *limit) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if held := l.held.Load(); held != nil {
		if token := (*held)[options.Scopes[0]]; token != nil {
			if time.Now().UnixNano() < token.ExpiresOn.UnixNano() {
				return *token, nil
			}
			return azcore.AccessToken{}, errors.New("the token has expired")
		}
	}
	token, err := l.inner.GetToken(ctx, options)
	if err != nil {
		return token, err
	}
	grown := map[string]*azcore.AccessToken{options.Scopes[0]: &token}
	if held := l.held.Load(); held != nil {
		maps.Copy(grown, *held)
	}
	l.held.Store(&grown)
	return token, nil
}
