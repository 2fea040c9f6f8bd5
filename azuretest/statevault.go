package azuretest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// vaultState is a vault in a saved state; its secrets follow.
type vaultState struct {
	Host            string              `json:"host"`
	SoftDelete      bool                `json:"softDelete"`
	Retention       int                 `json:"retentionDays"`
	PurgeProtection bool                `json:"purgeProtection"`
	Delay           time.Duration       `json:"consistencyDelay"`
	Limited         bool                `json:"limited"`
	Open            bool                `json:"open"`
	Policies        map[string][]string `json:"policies,omitempty"`
}

// secretState is a secret with all its versions, the oldest first.
type secretState struct {
	Name     string         `json:"name"`
	Phase    string         `json:"phase"`
	Settled  instant        `json:"settled,omitzero"`
	Deleted  instant        `json:"deleted,omitzero"`
	Purge    instant        `json:"purge,omitzero"`
	Versions []versionState `json:"versions"`
}

type versionState struct {
	ID          string            `json:"id"`
	Value       rawText           `json:"value"`
	ContentType string            `json:"contentType,omitempty"`
	Tags        map[string]string `json:"tags,omitzero"`
	Enabled     bool              `json:"enabled"`
	NotBefore   *int64            `json:"nbf,omitempty"`
	Expires     *int64            `json:"exp,omitempty"`
	Created     int64             `json:"created"`
	Updated     int64             `json:"updated"`
}

// phaseNames are those of the phases in a saved state; what is gone is not in it.
func phaseNames() []string { return []string{"live", "deleting", "deleted", "recovering", "purging"} }

func (s *Server) saveVaults(out *stateWriter) {
	for _, v := range s.Vaults() {
		vault, secrets := v.state()
		out.write(stateRecord{Vault: vault})
		for _, secret := range secrets {
			out.write(stateRecord{Secret: &secret})
		}
	}
}

func (v *Vault) state() (*vaultState, []secretState) {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := &vaultState{
		Host: v.host, SoftDelete: v.softDelete, Retention: v.retention, PurgeProtection: v.protected,
		Delay: v.delay, Limited: v.limit.isOn(), Open: v.policies == nil, Policies: map[string][]string{},
	}
	for id, granted := range v.policies {
		out.Policies[id] = slices.AppendSeq([]string{}, maps.Keys(granted))
		slices.Sort(out.Policies[id])
	}
	var list []secretState
	for _, s := range v.in(v.server.Now(), live, deleting, deleted, recovering, purging) {
		list = append(list, s.state())
	}
	return out, list
}

func (s *secret) state() secretState {
	out := secretState{
		Name: s.name, Phase: phaseNames()[s.phase],
		Settled: instant{s.settled}, Deleted: instant{s.deletedAt}, Purge: instant{s.purgeAt},
	}
	for _, v := range s.versions {
		out.Versions = append(out.Versions, versionState{
			v.id, rawText(v.value), v.contentType, maps.Clone(v.tags), v.enabled, v.notBefore, v.expires, v.created, v.updated,
		})
	}
	return out
}

func (l *stateLoader) takeVault(st *vaultState) error {
	label, suffix, _ := strings.Cut(st.Host, ".")
	in := vaultCloud(suffix)
	switch {
	case in == nil || !isVaultName(label) || st.Host != strings.ToLower(st.Host) || l.vaults[st.Host] != nil:
		return fmt.Errorf("no vault, or no second one, can be at %q", st.Host)
	case st.Open && len(st.Policies) > 0:
		return fmt.Errorf("vault %s is open and has policies", st.Host)
	case st.Retention < 7 || st.Retention > maxRetention:
		return fmt.Errorf("vault %s keeps deleted secrets for %d days", st.Host, st.Retention)
	}
	v := &Vault{
		server: l.server, name: label, host: st.Host, cloud: *in, secrets: map[string]*secret{},
		softDelete: st.SoftDelete, retention: st.Retention, protected: st.PurgeProtection, delay: st.Delay,
	}
	v.Limit(st.Limited)
	if !st.Open {
		v.policies = map[string]permissions{}
	}
	for id, granted := range st.Policies {
		v.policies[id] = permissions{}
		for _, p := range granted {
			if !slices.Contains(allPermissions(), p) {
				return fmt.Errorf("vault %s: unknown permission %q", st.Host, p)
			}
			v.policies[id][p] = true
		}
	}
	l.vaults[st.Host], l.vault = v, v
	return nil
}

func (l *stateLoader) takeSecret(st *secretState) error {
	key, at := strings.ToLower(st.Name), slices.Index(phaseNames(), st.Phase)
	switch {
	case l.vault == nil:
		return errors.New("a secret without a vault")
	case !isSecretName(st.Name) || l.vault.secrets[key] != nil || at < 0 || len(st.Versions) == 0:
		return fmt.Errorf("vault %s: no secret, or no second one, can be %q", l.vault.host, st.Name)
	}
	s := l.vault.create(st.Name)
	s.phase, s.settled, s.deletedAt, s.purgeAt = phase(at), st.Settled.Time, st.Deleted.Time, st.Purge.Time
	for i, v := range st.Versions {
		if !isVersionID(v.ID) || len(v.Value) > maxValue || s.has(v.ID) || i > 0 && v.Created < st.Versions[i-1].Created {
			return fmt.Errorf("secret %q: version %d is none, is there already or is not in order", st.Name, i+1)
		}
		s.versions = append(s.versions, &secretVersion{
			v.ID, string(v.Value), v.ContentType, v.Tags, v.Enabled, v.NotBefore, v.Expires, v.Created, v.Updated,
		})
	}
	return nil
}

// has reports whether the secret has a version of that ID.
func (s *secret) has(id string) bool {
	return slices.ContainsFunc(s.versions, func(v *secretVersion) bool { return v.id == id })
}
