package azuretest

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// A Vault is one key vault of a [Server]. Its methods seed and inspect it behind
// the service's back: no token, no permission, no limit, no waiting. All are safe
// for concurrent use and see the vault as requests do.
//
// A new vault has soft delete on and is open, purge and all, to the machine's
// system-assigned identity; see [Vault.Allow].
type Vault struct {
	server *Server
	name   string
	host   string
	cloud  cloud
	limit  limit

	mu         sync.Mutex             // guards what follows
	secrets    map[string]*secret     // :: name in lower case → secret
	policies   map[string]permissions // :: object ID → what it may do; nil: open
	softDelete bool
	retention  int           // days
	protected  bool          // against purge
	delay      time.Duration // until a delete, recover or purge is seen
}

type vaults struct {
	mu     sync.Mutex // guards byHost
	byHost map[string]*Vault
}

func (v *vaults) find(host string) *Vault {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.byHost[strings.ToLower(host)]
}

// Vault returns the vault of that name and creates it, empty, at first use:
// "contoso" is contoso.vault.azure.net; a vault of another cloud is named by its host,
// such as "contoso.vault.usgovcloudapi.net". It panics if no vault can have that name.
func (s *Server) Vault(name string) *Vault {
	label, suffix, found := strings.Cut(strings.ToLower(name), ".")
	if !found {
		suffix = "vault.azure.net"
	}
	in := vaultCloud(suffix)
	if in == nil || !isVaultName(label) {
		panic(fmt.Sprintf("azuretest: Vault: no vault can be named %q", name))
	}
	host := label + "." + suffix
	s.vaults.mu.Lock()
	defer s.vaults.mu.Unlock()
	if v, ok := s.vaults.byHost[host]; ok {
		return v
	}
	v := &Vault{
		server: s, name: label, host: host, cloud: *in,
		secrets: map[string]*secret{}, softDelete: true, retention: maxRetention,
	}
	if s.vaults.byHost == nil {
		s.vaults.byHost = map[string]*Vault{}
	}
	s.vaults.byHost[host] = v
	return v
}

// isVaultName follows
// https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates
func isVaultName(s string) bool {
	return len(s) >= 3 && len(s) <= 24 && consistsOf(s, nameChars) && !strings.Contains(s, "--")
}

// URL returns the vault's address, such as "https://contoso.vault.azure.net", with
// no slash at its end.
func (v *Vault) URL() string { return "https://" + v.host }

// SoftDelete switches soft delete on, as it is at first, or off, as it was in the
// vaults of old: then a delete is final.
func (v *Vault) SoftDelete(on bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.softDelete = on
}

// maxRetention is how long deleted secrets are kept if nobody says otherwise, in days.
const maxRetention = 90

// Retention sets for how many days, 7 to 90, secrets deleted from now on are kept.
// It is 90 at first. It panics for any other number.
func (v *Vault) Retention(days int) {
	if days < 7 || days > maxRetention {
		panic(fmt.Sprintf("azuretest: Retention: %d days is not 7 to 90", days))
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.retention = days
}

// PurgeProtection switches on or off that deleted secrets cannot be purged before
// their time. It is off at first.
func (v *Vault) PurgeProtection(on bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.protected = on
}

// ConsistencyDelay sets how long, by the Server's clock, a delete, a recover or a
// purge takes to be seen: until then the deleted or recovered secret is not found and
// its name is refused with a conflict. It is 0 at first; the real service takes seconds.
func (v *Vault) ConsistencyDelay(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.delay = d
}

// Limit switches on or off the real vault's rate limit, 4,000 requests in 10
// seconds of real time, past which it answers 429. It is off at first.
// https://learn.microsoft.com/azure/key-vault/general/service-limits
func (v *Vault) Limit(on bool) {
	if on {
		v.limit.set(4000, 10*time.Second, 0)
		return
	}
	v.limit.set(0, 0, 0)
}

// listens lets plain http in too, only to refuse it: a test then sees the request.
func (v *Vault) listens(port string, tls bool) bool {
	return port == "443" && tls || port == "80" && !tls
}

func (v *Vault) admit(c *call) func() {
	done, ok := v.limit.enter()
	if !ok {
		v.fail(c, http.StatusTooManyRequests, "", "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached")
		return nil
	}
	return done
}
