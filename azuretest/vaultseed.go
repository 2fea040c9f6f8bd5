package azuretest

import (
	"fmt"
	"time"
)

// SetSecret gives a secret a new version and returns the version. A secret that was
// deleted starts again. It panics if the name or the value is none a vault takes.
func (v *Vault) SetSecret(name, value string) (version string) {
	version = newVersionID()
	v.SetSecretVersion(name, version, value, v.server.Now())
	return version
}

// SetSecretVersion gives a secret a version of a chosen ID, 32 lower-case
// hexadecimal digits, and time of creation, which is cut to whole seconds. The
// youngest version is the current one. It panics if an argument is none a vault takes,
// or the version is there already.
func (v *Vault) SetSecretVersion(name, version, value string, created time.Time) {
	if !isSecretName(name) || !isVersionID(version) || len(value) > maxValue {
		panic(fmt.Sprintf("azuretest: SetSecretVersion: no secret can have name %q, version %q and a value of %d bytes", name, version, len(value)))
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	s := v.live(name, v.server.Now())
	if s == nil {
		s = v.create(name)
	} else if s.version(version) != nil {
		panic(fmt.Sprintf("azuretest: SetSecretVersion: secret %q has version %q already", name, version))
	}
	s.add(&secretVersion{id: version, value: value, enabled: true, created: created.Unix(), updated: created.Unix()})
}

// Secret returns the current value of a secret, disabled or not, and whether there
// is such a secret. A deleted one is not there.
func (v *Vault) Secret(name string) (value string, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s := v.live(name, v.server.Now())
	if s == nil {
		return "", false
	}
	return s.latest().value, true
}

// Versions returns the IDs of a secret's versions, the oldest first; none if there
// is no such secret or it is deleted.
func (v *Vault) Versions(name string) []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	s := v.live(name, v.server.Now())
	if s == nil {
		return nil
	}
	ids := make([]string, len(s.versions))
	for i, version := range s.versions {
		ids[i] = version.id
	}
	return ids
}

// DisableSecret disables the current version of a secret: its value is refused
// from now on, and no older one takes its place. It panics if there is no such
// secret.
func (v *Vault) DisableSecret(name string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s := v.live(name, v.server.Now())
	if s == nil {
		panic(fmt.Sprintf("azuretest: DisableSecret: vault %s has no secret %q", v.name, name))
	}
	s.latest().enabled = false
	s.latest().updated = v.server.Now().Unix()
}
