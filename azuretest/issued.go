package azuretest

import (
	"slices"
	"sync"
	"time"
)

// An IssuedToken tells of a token without holding it.
type IssuedToken struct {
	Identity        string // the name of whose it is
	Audience        string // whom it is for, such as "https://vault.azure.net"
	Issued, Expires time.Time
}

// IssuedTokens returns the last 1,000 tokens that were made, the oldest first: by the
// endpoints of the machine, by the directory, and by [Identity.Token]. The caller owns
// the result.
func (s *Server) IssuedTokens() []IssuedToken { return s.issued.tokens.all() }

// An IssuedSAS tells of a shared access signature that Resource Manager has signed,
// without its signature.
type IssuedSAS struct {
	Account       string    // name of the storage account
	Identity      string    // who has asked
	Resource      string    // of a service SAS, such as "/blob/mystorageacct/mycontainer"
	Services      string    // of an account SAS, such as "bq"
	ResourceTypes string    // of an account SAS, such as "co"
	Permissions   string    // such as "rl"; empty if the policy has them
	Policy        string    // ID of the access policy that it names; empty: none
	Key           string    // the account's key that has signed
	Issued        time.Time // by the Server's clock
	Start, Expiry time.Time // zero: none
}

// IssuedSAS returns the last 1,000 shared access signatures that listServiceSas and
// listAccountSas have answered with, the oldest first. Those that programs sign
// themselves, with an account's key or a user delegation key, are not in it. The caller
// owns the result.
func (s *Server) IssuedSAS() []IssuedSAS { return s.issued.sas.all() }

// issued is what a Server has handed out.
type issued struct {
	tokens journal[IssuedToken]
	sas    journal[IssuedSAS]
}

// noteSAS keeps what a SAS says of itself.
func (q *armRequest) noteSAS(p sasParameters, s sas) {
	key := p.KeyToSign
	if key == "" {
		key = "key1"
	}
	one := IssuedSAS{
		Account: q.account.name, Identity: q.id.name, Resource: p.CanonicalizedResource,
		Services: s["ss"], ResourceTypes: s["srt"], Permissions: s["sp"], Policy: s["si"],
		Key: key, Issued: q.now,
	}
	one.Start, _ = sasTime(s["st"]) // as written by signedTime
	one.Expiry, _ = sasTime(s["se"])
	q.account.server.issued.sas.add(one)
}

// maxIssued is how many entries a journal has.
const maxIssued = 1000

// journal is the last of many entries.
type journal[T any] struct {
	mu   sync.Mutex // guards list
	list []T
}

func (j *journal[T]) add(one T) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.list = append(j.list, one)
	if len(j.list) > maxIssued {
		j.list = j.list[1:]
	}
}

func (j *journal[T]) all() []T {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.list)
}
