package azuretest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"unicode/utf8"
)

// The limits of a secret.
// https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
const (
	maxValue       = 25 << 10 // bytes
	maxContentType = 255
	maxTags        = 15
	maxTag         = 256
	maxSetBody     = 1 << 20
	maxRestoreBody = 64 << 20
)

// secretParameters is the body of a set and of an update. What is absent, or null,
// stays as it is.
type secretParameters struct {
	Value       *string           `json:"value"`
	ContentType *string           `json:"contentType"`
	Tags        map[string]string `json:"tags"`
	Attributes  struct {
		Enabled   *bool  `json:"enabled"`
		NotBefore *int64 `json:"nbf"`
		Expires   *int64 `json:"exp"`
	} `json:"attributes"`
}

func (v *Vault) getSecret(q *vaultRequest) (any, *vaultError) {
	s, version, problem := v.lookUp(q)
	if problem != nil {
		return nil, problem
	}
	if !version.enabled {
		return nil, &vaultError{http.StatusForbidden, "Forbidden", "SecretDisabled", "Operation get is not allowed on a disabled secret."}
	}
	if q.api.previous && q.query.Get("outContentType") != "" {
		return nil, badParameter("outContentType is for certificates only")
	}
	a := v.answer(q, s, version)
	value := version.value // what is sent is sent without the lock
	a.Value = &value
	return a, nil
}

// lookUp finds the version a request names.
func (v *Vault) lookUp(q *vaultRequest) (*secret, *secretVersion, *vaultError) {
	s := v.live(q.name, q.now)
	if s == nil {
		return nil, nil, secretNotFound(q.name)
	}
	version := s.version(q.version)
	if version == nil {
		return nil, nil, secretNotFound(q.name + "/" + q.version)
	}
	return s, version, nil
}

func (v *Vault) putSecret(q *vaultRequest) (any, *vaultError) {
	p, problem := parseParameters(q.body)
	if problem != nil {
		return nil, problem
	}
	if p.Value == nil {
		return nil, badParameter("The parameter value is required.")
	}
	version := &secretVersion{id: newVersionID(), value: *p.Value, enabled: true, created: q.now.Unix(), updated: q.now.Unix()}
	if problem := version.change(p); problem != nil {
		return nil, problem
	}
	s := v.find(q.name, q.now)
	if problem := occupied(s, q.name); problem != nil {
		return nil, problem
	}
	if s == nil {
		s = v.create(q.name)
	}
	s.add(version)
	a := v.answer(q, s, version)
	a.Value = p.Value
	return a, nil
}

// occupied says why a name cannot be written to. A live secret takes versions.
func occupied(s *secret, name string) *vaultError {
	switch {
	case s == nil || s.phase == live:
		return nil
	case s.phase == recovering:
		return conflict("ObjectIsBeingRecovered", fmt.Sprintf("Secret %s is currently being recovered and cannot be re-created; retry later.", name))
	case s.phase == deleted:
		return conflict("ObjectIsDeletedButRecoverable", fmt.Sprintf("Secret %s is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.", name))
	default:
		return conflict("ObjectIsBeingDeleted", fmt.Sprintf("Secret %s is currently being deleted and cannot be re-created; retry later.", name))
	}
}

func (v *Vault) updateSecret(q *vaultRequest) (any, *vaultError) {
	p, problem := parseParameters(q.body)
	if problem != nil {
		return nil, problem
	}
	s, version, problem := v.lookUp(q)
	if problem != nil {
		return nil, problem
	}
	changed := *version
	if problem := changed.change(p); problem != nil {
		return nil, problem
	}
	changed.updated = q.now.Unix()
	*version = changed
	return v.answer(q, s, version), nil
}

func parseParameters(body []byte) (p secretParameters, problem *vaultError) {
	if err := json.Unmarshal(body, &p); err != nil {
		return p, badParameter("the body is not the JSON this operation takes")
	}
	return p, p.check()
}

// check judges what the parameters say by themselves.
func (p secretParameters) check() *vaultError {
	switch {
	case p.Value != nil && len(*p.Value) > maxValue:
		return badParameter(fmt.Sprintf("the value has %d bytes, more than %d", len(*p.Value), maxValue))
	case p.ContentType != nil && utf8.RuneCountInString(*p.ContentType) > maxContentType:
		return badParameter(fmt.Sprintf("contentType has more than %d characters", maxContentType))
	case len(p.Tags) > maxTags:
		return badParameter(fmt.Sprintf("there are %d tags, more than %d", len(p.Tags), maxTags))
	}
	for name, value := range p.Tags {
		if utf8.RuneCountInString(name) > maxTag || utf8.RuneCountInString(value) > maxTag {
			return badParameter(fmt.Sprintf("a tag's name or value has more than %d characters", maxTag))
		}
	}
	return nil
}

// change writes the parameters that are there over the version's own.
func (s *secretVersion) change(p secretParameters) *vaultError {
	if p.ContentType != nil {
		s.contentType = *p.ContentType
	}
	if p.Tags != nil {
		s.tags = p.Tags
	}
	if p.Attributes.Enabled != nil {
		s.enabled = *p.Attributes.Enabled
	}
	if p.Attributes.NotBefore != nil {
		s.notBefore = p.Attributes.NotBefore
	}
	if p.Attributes.Expires != nil {
		s.expires = p.Attributes.Expires
	}
	if s.notBefore != nil && s.expires != nil && *s.notBefore > *s.expires {
		return badParameter("nbf is after exp")
	}
	return nil
}
