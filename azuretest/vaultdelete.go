package azuretest

import (
	"fmt"
	"net/http"
)

func (v *Vault) deleteSecret(q *vaultRequest) (any, *vaultError) {
	s := v.live(q.name, q.now)
	if s == nil {
		return nil, secretNotFound(q.name)
	}
	s.settled = q.now.Add(v.delay)
	if !v.softDelete {
		a := deletedAnswer{secretAnswer: v.answer(q, s, s.latest())}
		s.phase = purging
		return a, nil
	}
	s.phase = deleting
	s.deletedAt, s.purgeAt = q.now, q.now.AddDate(0, 0, v.retention)
	return v.deletedItem(q, s), nil
}

func (v *Vault) getDeleted(q *vaultRequest) (any, *vaultError) {
	s := v.find(q.name, q.now)
	if s == nil || s.phase != deleted && s.phase != recovering {
		return nil, deletedNotFound(q.name)
	}
	return v.deletedItem(q, s), nil
}

func (v *Vault) recoverSecret(q *vaultRequest) (any, *vaultError) {
	s, problem := v.deleted(q)
	if problem != nil {
		return nil, problem
	}
	s.phase, s.settled = recovering, q.now.Add(v.delay)
	return v.answer(q, s, s.latest()), nil
}

func (v *Vault) purgeSecret(q *vaultRequest) (any, *vaultError) {
	s, problem := v.deleted(q)
	if problem != nil {
		return nil, problem
	}
	if v.protected {
		return nil, &vaultError{http.StatusForbidden, "Forbidden", "", `Operation "purge" is not allowed because purge protection is enabled for this vault.`}
	}
	s.phase, s.settled = purging, q.now.Add(v.delay)
	return nil, nil
}

// deleted returns the secret a request names if it can be recovered or purged.
func (v *Vault) deleted(q *vaultRequest) (*secret, *vaultError) {
	s := v.find(q.name, q.now)
	switch {
	case s == nil || s.phase == live || s.phase == purging:
		return nil, deletedNotFound(q.name)
	case s.phase != deleted:
		return nil, occupied(s, q.name)
	}
	return s, nil
}

func deletedNotFound(name string) *vaultError {
	return &vaultError{http.StatusNotFound, "SecretNotFound", "", fmt.Sprintf("Deleted Secret not found: %s", name)}
}
