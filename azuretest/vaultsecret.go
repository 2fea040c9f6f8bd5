package azuretest

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// phase is where a secret is in its life. Those that end by themselves end at
// secret.settled.
type phase int

const (
	live       phase = iota
	deleting         // becomes deleted
	deleted          // becomes gone
	recovering       // becomes live
	purging          // becomes gone
	gone             // the name is free
)

// secret is all versions of one name. It never has none.
type secret struct {
	name     string           // as it was first written
	versions []*secretVersion // the oldest first
	phase    phase
	settled  time.Time

	deletedAt, purgeAt time.Time // if phase is deleting, deleted or recovering
}

// secretVersion is one value and what belongs to it. Times are in seconds since
// 1970, as on the wire; nil is none.
type secretVersion struct {
	id               string
	value            string
	contentType      string
	tags             map[string]string
	enabled          bool
	notBefore        *int64
	expires          *int64
	created, updated int64
}

// settle moves the secret on to the phase it is in now.
func (s *secret) settle(now time.Time) {
	for !now.Before(s.settled) {
		switch s.phase {
		case live, gone:
			return
		case deleting:
			s.phase, s.settled = deleted, s.purgeAt
		case recovering:
			s.phase = live
		case deleted, purging:
			s.phase = gone
		}
	}
}

func (s *secret) latest() *secretVersion { return s.versions[len(s.versions)-1] }

// version returns the version of that ID, the current one for "", or nil.
func (s *secret) version(id string) *secretVersion {
	if id == "" {
		return s.latest()
	}
	for _, v := range s.versions {
		if v.id == id {
			return v
		}
	}
	return nil
}

// add puts v behind all versions that are not younger.
func (s *secret) add(v *secretVersion) {
	i := len(s.versions)
	for i > 0 && s.versions[i-1].created > v.created {
		i--
	}
	s.versions = slices.Insert(s.versions, i, v)
}

// before returns the ID of the version that came before v, or "".
func (s *secret) before(v *secretVersion) string {
	if i := slices.Index(s.versions, v); i > 0 {
		return s.versions[i-1].id
	}
	return ""
}

// find returns the secret of a name in whatever phase, or nil. The caller holds v.mu.
func (v *Vault) find(name string, now time.Time) *secret {
	key := strings.ToLower(name)
	s := v.secrets[key]
	if s == nil {
		return nil
	}
	s.settle(now)
	if s.phase == gone {
		delete(v.secrets, key)
		return nil
	}
	return s
}

// live returns the secret of a name if it can be used, or nil. The caller holds v.mu.
func (v *Vault) live(name string, now time.Time) *secret {
	if s := v.find(name, now); s != nil && s.phase == live {
		return s
	}
	return nil
}

// create makes name a secret without versions; the caller, who holds v.mu, adds one.
func (v *Vault) create(name string) *secret {
	s := &secret{name: name}
	v.secrets[strings.ToLower(name)] = s
	return s
}

// in returns the secrets of the given phases by name. The caller holds v.mu.
func (v *Vault) in(now time.Time, phases ...phase) []*secret {
	var list []*secret
	for _, s := range v.secrets {
		s.settle(now)
		if slices.Contains(phases, s.phase) {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *secret) int {
		return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name))
	})
	return list
}

func newVersionID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func isVersionID(s string) bool {
	return len(s) == 32 && consistsOf(s, lowerHex)
}

// isSecretName follows
// https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates
func isSecretName(s string) bool {
	return len(s) >= 1 && len(s) <= 127 && consistsOf(s, nameChars)
}
