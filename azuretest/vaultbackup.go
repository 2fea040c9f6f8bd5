package azuretest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// backupMagic begins every backup, so that nothing else is taken for one.
const backupMagic = "azuretest secret backup 1"

// backup is all versions of a secret. The real one is encrypted and opens only in
// vaults of the same subscription and geography; here, of the same cloud.
type backup struct {
	Magic    string          `json:"magic"`
	Cloud    string          `json:"cloud"`
	Name     string          `json:"name"`
	Versions []backupVersion `json:"versions"`
}

type backupVersion struct {
	ID          string            `json:"id"`
	Value       string            `json:"value"`
	ContentType string            `json:"contentType,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Enabled     bool              `json:"enabled"`
	NotBefore   *int64            `json:"nbf,omitempty"`
	Expires     *int64            `json:"exp,omitempty"`
	Created     int64             `json:"created"`
	Updated     int64             `json:"updated"`
}

// backupBody carries a backup both ways.
type backupBody struct {
	Value string `json:"value"`
}

func (v *Vault) backupSecret(q *vaultRequest) (any, *vaultError) {
	s := v.live(q.name, q.now)
	if s == nil {
		return nil, secretNotFound(q.name)
	}
	b := backup{Magic: backupMagic, Cloud: v.cloud.suffix, Name: s.name}
	for _, o := range s.versions {
		b.Versions = append(b.Versions, backupVersion{
			o.id, o.value, o.contentType, o.tags, o.enabled, o.notBefore, o.expires, o.created, o.updated,
		})
	}
	return backupBody{encodeSegment(b)}, nil
}

func (v *Vault) restoreSecret(q *vaultRequest) (any, *vaultError) {
	var body backupBody
	if err := json.Unmarshal(q.body, &body); err != nil {
		return nil, badParameter("the body is not the JSON this operation takes")
	}
	b, ok := parseBackup(body.Value)
	switch {
	case !ok:
		return nil, badParameter("Backup blob provided is invalid.")
	case b.Cloud != v.cloud.suffix:
		return nil, badParameter(fmt.Sprintf("the backup is from %s, this vault is in %s", b.Cloud, v.cloud.suffix))
	}
	existing := v.find(b.Name, q.now)
	if problem := occupied(existing, b.Name); problem != nil {
		return nil, problem
	}
	if existing != nil {
		return nil, conflict("", fmt.Sprintf("A secret with name %s already exists in this key vault.", b.Name))
	}
	s := v.create(b.Name)
	for _, o := range b.Versions {
		s.add(&secretVersion{
			o.ID, o.Value, o.ContentType, o.Tags, o.Enabled, o.NotBefore, o.Expires, o.Created, o.Updated,
		})
	}
	return v.answer(q, s, s.latest()), nil
}

// parseBackup opens a backup if a vault can have made it.
func parseBackup(blob string) (backup, bool) {
	var b backup
	data, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(blob, "="))
	if err != nil || json.Unmarshal(data, &b) != nil {
		return backup{}, false
	}
	if b.Magic != backupMagic || !isSecretName(b.Name) || len(b.Versions) == 0 {
		return backup{}, false
	}
	seen := map[string]bool{}
	for _, version := range b.Versions {
		if seen[version.ID] || !version.valid() {
			return backup{}, false
		}
		seen[version.ID] = true
	}
	return b, true
}

func (b backupVersion) valid() bool {
	p := secretParameters{Value: &b.Value, ContentType: &b.ContentType, Tags: b.Tags}
	return isVersionID(b.ID) && utf8.ValidString(b.Value) && p.check() == nil
}
