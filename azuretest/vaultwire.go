package azuretest

// vaultAPI is what the versions of the vault's API differ in.
// https://learn.microsoft.com/rest/api/keyvault/secrets
type vaultAPI struct {
	softDelete bool // operations on deleted secrets
	days       bool // recoverableDays, and recovery levels for a retention of one's own
	previous   bool // previousVersion
}

// vaultVersion returns what an API version offers, and whether it is one. Versions
// are compared as a whole: from dates they went to numbers and back.
func vaultVersion(version string) (vaultAPI, bool) {
	switch version {
	case "2015-06-01":
		return vaultAPI{}, true
	case "2016-10-01", "7.0":
		return vaultAPI{softDelete: true}, true
	case "7.1", "7.2", "7.3", "7.4", "7.5", "7.6":
		return vaultAPI{softDelete: true, days: true}, true
	case "2025-06-01-preview", "2025-07-01", "2026-01-01-preview", "2026-03-01-preview",
		"2026-04-01", "2026-05-01-preview", "2026-07-01-preview":
		return vaultAPI{softDelete: true, days: true, previous: true}, true
	}
	return vaultAPI{}, false
}

// secretAnswer is a secret on the wire, or an item of a list.
type secretAnswer struct {
	Value       *string           `json:"value,omitempty"`
	ContentType string            `json:"contentType,omitempty"`
	ID          string            `json:"id"`
	Attributes  secretAttributes  `json:"attributes"`
	Tags        map[string]string `json:"tags,omitempty"`
	Previous    string            `json:"previousVersion,omitempty"`
}

// deletedAnswer is a deleted secret. Without soft delete only the secret is there.
type deletedAnswer struct {
	RecoveryID string `json:"recoveryId,omitempty"`
	Deleted    int64  `json:"deletedDate,omitempty"`
	Purge      int64  `json:"scheduledPurgeDate,omitempty"`
	secretAnswer
}

type secretAttributes struct {
	Enabled   bool   `json:"enabled"`
	NotBefore *int64 `json:"nbf,omitempty"`
	Expires   *int64 `json:"exp,omitempty"`
	Created   int64  `json:"created"`
	Updated   int64  `json:"updated"`
	Level     string `json:"recoveryLevel"`
	Days      *int   `json:"recoverableDays,omitempty"`
}

// answer writes one version of a secret, without its value. The caller holds v.mu.
func (v *Vault) answer(q *vaultRequest, s *secret, version *secretVersion) secretAnswer {
	level, days := v.level(q.api)
	a := secretAnswer{
		ContentType: version.contentType,
		ID:          v.URL() + "/secrets/" + s.name + "/" + version.id,
		Tags:        version.tags,
		Attributes: secretAttributes{
			Enabled:   version.enabled,
			NotBefore: version.notBefore,
			Expires:   version.expires,
			Created:   version.created,
			Updated:   version.updated,
			Level:     level,
			Days:      days,
		},
	}
	if q.api.previous {
		a.Previous = s.before(version)
	}
	return a
}

// item writes one line of a list, under the secret's or the version's ID.
func (v *Vault) item(q *vaultRequest, s *secret, version *secretVersion) secretAnswer {
	a := v.answer(q, s, version)
	a.Previous = ""
	return a
}

// deletedItem writes a secret that is deleted, or being deleted or recovered.
func (v *Vault) deletedItem(q *vaultRequest, s *secret) deletedAnswer {
	return deletedAnswer{
		RecoveryID:   v.URL() + "/deletedsecrets/" + s.name,
		Deleted:      s.deletedAt.Unix(),
		Purge:        s.purgeAt.Unix(),
		secretAnswer: v.answer(q, s, s.latest()),
	}
}

// level tells what becomes of deleted secrets.
func (v *Vault) level(api vaultAPI) (name string, days *int) {
	kept := 0
	name = "Purgeable"
	if v.softDelete {
		kept, name = v.retention, "Recoverable+Purgeable"
		if v.protected {
			name = "Recoverable"
		}
		if api.days && kept < maxRetention {
			name = "Customized" + name
		}
	}
	if api.days {
		days = &kept
	}
	return name, days
}
