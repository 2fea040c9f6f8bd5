package seed

import (
	"strings"

	"github.com/keyless-go/azure/azuretest"
)

// hosted is the key of vaults, which may be named by their hosts.
func hosted(name string) string { return strings.TrimSuffix(folded(name), ".vault.azure.net") }

func (s *seeder) vaults(n node) error {
	return s.eachOf(n, hosted, "the vaults", func(member node) error {
		var v *azuretest.Vault
		if err := s.try(member.nameAt, func() { v = s.azure.Vault(member.name) }); err != nil {
			return err
		}
		return s.fields(member, "a vault",
			field{"softDelete", func(n node) error { return s.boolean(n, v.SoftDelete) }},
			field{"purgeProtection", func(n node) error { return s.boolean(n, v.PurgeProtection) }},
			field{"retentionDays", func(n node) error { return s.retention(v, n) }},
			field{"secrets", func(n node) error { return s.secrets(v, n) }},
			field{"disabled", func(n node) error { return s.disabled(v, n) }},
			field{"policies", func(n node) error { return s.policies(v, n) }},
		)
	})
}

func (s *seeder) retention(v *azuretest.Vault, n node) error {
	days, err := s.number(n)
	if err != nil {
		return err
	}
	return s.try(n.at, func() { v.Retention(days) })
}

// secrets reads values, each of which may be a list: of versions, the oldest first.
func (s *seeder) secrets(v *azuretest.Vault, n node) error {
	return s.each(n, "the secrets", func(member node) error {
		values, err := s.oneOrMore(member, "versions")
		if err == nil && len(values) == 0 {
			err = s.errorf(member.at, "a secret needs a version")
		}
		if err != nil {
			return err
		}
		return s.try(member.nameAt, func() {
			for _, value := range values {
				v.SetSecret(member.name, value)
			}
		})
	})
}

// disabled reads the names of secrets whose current version is.
func (s *seeder) disabled(v *azuretest.Vault, n node) error {
	return s.namesIn(n, folded, "names of secrets", func(name string, at int) error {
		return s.try(at, func() { v.DisableSecret(name) })
	})
}

func (s *seeder) policies(v *azuretest.Vault, n node) error {
	return s.grants(n, "the identities", func(id *azuretest.Identity, rights node) error {
		var permissions []string
		err := s.namesIn(rights, folded, "permissions", func(name string, _ int) error {
			permissions = append(permissions, name)
			return nil
		})
		if err != nil {
			return err
		}
		return s.try(rights.at, func() {
			if len(permissions) == 0 {
				v.Allow(id, "get") // it closes the vault, which Deny leaves open to the machine
				v.Deny(id)
				return
			}
			v.Allow(id, permissions...)
		})
	})
}
