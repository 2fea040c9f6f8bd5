package azuretest

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	podTokenLife    = time.Hour
	podTokenRenewal = podTokenLife * 4 / 5 // when Kubernetes puts a new one in its place
	podIssuer       = "https://westus.oic.prod-aks.azure.com/azuretest/"
	podSubject      = "system:serviceaccount:default:workload-identity-sa"
	podAudience     = "api://AzureADTokenExchange"
)

// podClaims is the payload of the token that Kubernetes gives a pod.
// https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
type podClaims struct {
	Audience  []string    `json:"aud"`
	Issuer    string      `json:"iss"`
	Subject   string      `json:"sub"`
	IssuedAt  numericDate `json:"iat"`
	NotBefore numericDate `json:"nbf"`
	Expires   numericDate `json:"exp"`
}

// podToken returns a token as the pod's file holds it.
func (s *Server) podToken() string {
	now := s.Now().Truncate(time.Second)
	return s.signer.sign(podClaims{
		Audience:  []string{podAudience},
		Issuer:    podIssuer,
		Subject:   podSubject,
		IssuedAt:  dateOf(now),
		NotBefore: dateOf(now),
		Expires:   dateOf(now.Add(podTokenLife)),
	})
}

// kubelet keeps the pod's token in a file. The zero value has none yet.
type kubelet struct {
	mu    sync.Mutex // guards what follows
	dir   string     // of the file; empty: there is none
	timer *time.Timer
}

// mount returns the name of the file with the pod's token, which it keeps new from
// now on.
func (k *kubelet) mount(s *Server) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.dir != "" {
		return k.file()
	}
	dir, err := os.MkdirTemp("", "azuretest-")
	if err == nil {
		k.dir = dir
		err = k.writeLocked(s)
	}
	if err != nil {
		panic(fmt.Sprintf("azuretest: Environment: the pod's token needs a file: %v", err))
	}
	k.timer = time.AfterFunc(podTokenRenewal, func() { k.rotate(s) })
	return k.file()
}

func (k *kubelet) file() string { return filepath.Join(k.dir, "azure-identity-token") }

// rotate puts a new token in the old one's place, if there is one.
func (k *kubelet) rotate(s *Server) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.dir == "" {
		return
	}
	next := podTokenRenewal
	if k.writeLocked(s) != nil {
		next = time.Second // Windows lets nobody replace what is being read
	}
	k.timer.Reset(next)
}

// writeLocked replaces the file as a whole: a reader sees one token or the other.
func (k *kubelet) writeLocked(s *Server) error {
	next := k.file() + ".next"
	if err := os.WriteFile(next, []byte(s.podToken()), 0o600); err != nil {
		return err
	}
	return os.Rename(next, k.file())
}

// stop removes the file.
func (k *kubelet) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.dir == "" {
		return
	}
	k.timer.Stop()
	for _, name := range []string{k.file() + ".next", k.file(), k.dir} {
		_ = os.Remove(name) // the system's temporary directory is cleared anyway
	}
	k.dir = ""
}
