package peers

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyless-go/azure/credential"
	"github.com/keyless-go/azure/storage"
)

// Signer is a way to a SAS that is in hand.
type Signer struct {
	Name string
	SAS  func(context.Context) (storage.SAS, error)
}

// Signers returns the least there can be, and this library's credential. Each has
// its SAS.
func Signers(ctx context.Context, a *Azure) ([]Signer, error) {
	a.StorageAccount("mystorageacct") // open to the machine's own identity
	cred, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{HTTPClient: a.HTTPClient()})
	if err != nil {
		return nil, err
	}
	client, err := storage.NewSASClient(subscription, groupName, "mystorageacct", cred, &storage.ClientOptions{HTTPClient: a.HTTPClient()})
	if err != nil {
		return nil, err
	}
	ours := client.NewSASCredential(storage.ServiceSASParameters{Container: "mycontainer", Permissions: "r", Protocol: "https"}, 24*time.Hour)
	sas, err := ours.SAS(ctx)
	if err != nil {
		return nil, err
	}
	var held atomic.Pointer[storage.SAS]
	held.Store(&sas)
	return []Signer{{"limit", func(context.Context) (storage.SAS, error) {
		sas := held.Load()
		if !time.Now().Before(sas.Expiry()) {
			return storage.SAS{}, errors.New("the SAS has expired")
		}
		return *sas, nil
	}}, {"this library", ours.SAS}}, nil
}

// Serial benchmarks one goroutine.
func (s Signer) Serial(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	for b.Loop() {
		if _, err := s.SAS(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

// Parallel benchmarks as many goroutines as there are processors.
func (s Signer) Parallel(b *testing.B) {
	b.ReportAllocs()
	ctx := context.Background()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.SAS(ctx); err != nil {
				panic(err)
			}
		}
	})
}
