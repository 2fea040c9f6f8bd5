package credential

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/keyless-go/azure/internal/fresh"
)

// Status is what a credential knows, for a health page. It holds no token.
type Status struct {
	Source   Source        // who is asked
	Reason   string        // why that source: names of variables, never their values
	Identity string        // which identity is asked for
	Tokens   []TokenStatus // one for each resource asked for, in the order of their names
}

// TokenStatus is what a credential knows of one resource's token. All times
// are UTC; those of a token are zero while there is none. Workload identity has
// two for a resource that is asked for with and without EnableCAE.
type TokenStatus struct {
	Resource     string
	Expires      time.Time
	RefreshAfter time.Time // the next renewal, which the next request after it starts
	LastRefresh  time.Time // when the token in hand was received
	LastError    error     // of the latest fetch, or the latest try of one under way; nil if it succeeded
}

// MarshalJSON writes the error as its text.
func (t TokenStatus) MarshalJSON() ([]byte, error) {
	type plain TokenStatus
	return json.Marshal(struct {
		plain
		LastError string `json:",omitempty"`
	}{plain(t), errorText(t.LastError)})
}

// Status tells where tokens come from, which identity they are for, and how
// each one is doing. It does no I/O.
func (c *ManagedIdentityCredential) Status() Status {
	if c.fetcher == nil {
		return Status{}
	}
	from := c.fetcher.origin.Load()
	infos := c.cache.Infos()
	if c.caeCache != c.cache {
		infos = append(infos, c.caeCache.Infos()...)
	}
	tokens := tokenStatus(infos, func(resource string) string { return resource })
	for i := range tokens {
		if met := c.fetcher.meanwhile.last(tokens[i].Resource); met != nil {
			tokens[i].LastError = met
		}
	}
	return Status{Source: from.source, Reason: from.reason, Identity: describeID(from.source, c.fetcher.id), Tokens: tokens}
}

func tokenStatus[K comparable](infos []fresh.Info[K], resource func(K) string) []TokenStatus {
	list := make([]TokenStatus, 0, len(infos))
	for _, info := range infos {
		list = append(list, TokenStatus{
			Resource:     resource(info.Key),
			Expires:      info.Expires,
			RefreshAfter: info.RefreshAfter,
			LastRefresh:  info.Received.UTC(),
			LastError:    info.Err,
		})
	}
	slices.SortFunc(list, func(a, b TokenStatus) int {
		return cmp.Or(cmp.Compare(a.Resource, b.Resource), a.Expires.Compare(b.Expires))
	})
	return list
}
