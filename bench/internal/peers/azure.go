package peers

import (
	"crypto/rand"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/keyless-go/azure/azuretest"
)

// Scope is what every contender gets tokens for.
const Scope = "https://vault.azure.net/.default"

// Azure is an emulator for one contender. It counts what is sent to it, and can
// be out of reach. It has an identity of its own: azidentity's tokens are in one
// cache for the process, and another emulator's must not be found there.
type Azure struct {
	*azuretest.Server

	Identity *azuretest.Identity

	mu     sync.Mutex // guards what follows
	sent   []time.Time
	refuse bool
}

// StartAzure starts an emulator. Close it after use.
func StartAzure() (*Azure, error) {
	server, err := azuretest.Start(azuretest.Empty())
	if err != nil {
		return nil, err
	}
	return &Azure{Server: server, Identity: server.AddUserIdentity("bench-" + rand.Text())}, nil
}

// HTTPClient is what contenders reach the emulator by.
func (a *Azure) HTTPClient() *http.Client {
	return &http.Client{Transport: &meter{azure: a, base: a.Server.Client().Transport}}
}

// Refuse makes every connection fail from now on, as when nobody listens.
func (a *Azure) Refuse() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refuse = true
}

// Sent returns how many requests were sent from one moment until before another.
func (a *Azure) Sent(from, until time.Time) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for _, at := range a.sent {
		if !at.Before(from) && at.Before(until) {
			n++
		}
	}
	return n
}

// SentInAll returns how many requests were sent.
func (a *Azure) SentInAll() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.sent)
}

// SentAt returns when the request of that number, counted from 0, was sent, or
// the zero time if there have not been as many.
func (a *Azure) SentAt(i int) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	if i >= len(a.sent) {
		return time.Time{}
	}
	return a.sent[i]
}

// meter notes the requests on their way, those too that reach nobody.
type meter struct {
	azure *Azure
	base  http.RoundTripper
}

// RoundTrip sends req unless connections are refused.
func (m *meter) RoundTrip(req *http.Request) (*http.Response, error) {
	m.azure.mu.Lock()
	m.azure.sent = append(m.azure.sent, time.Now())
	refuse := m.azure.refuse
	m.azure.mu.Unlock()
	if refuse {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	return m.base.RoundTrip(req)
}
