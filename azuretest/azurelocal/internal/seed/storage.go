package seed

import "github.com/keyless-go/azure/azuretest"

func (s *seeder) storageAccounts(n node) error {
	return s.each(n, "the storage accounts", func(member node) error {
		var a *azuretest.StorageAccount
		if err := s.try(member.nameAt, func() { a = s.azure.StorageAccount(member.name) }); err != nil {
			return err
		}
		return s.fields(member, "a storage account",
			field{"group", func(n node) error { return s.move(a, n) }},
			field{"allowSharedKey", func(n node) error { return s.boolean(n, a.AllowSharedKey) }},
			field{"containers", func(n node) error { return s.containers(a, n) }},
			field{"roles", func(n node) error { return s.roles(&a.Scope, n) }},
		)
	})
}

// move reads the group that an account is in.
func (s *seeder) move(a *azuretest.StorageAccount, n node) error {
	var subscription, group string
	err := s.fields(n, "a storage account's group",
		field{"subscription", func(n node) (err error) {
			subscription, err = s.text(n)
			return err
		}},
		field{"name", func(n node) (err error) {
			group, err = s.text(n)
			return err
		}})
	if err != nil {
		return err
	}
	return s.try(n.at, func() { a.Move(s.azure.Subscription(subscription).Group(group)) })
}

func (s *seeder) containers(a *azuretest.StorageAccount, n node) error {
	return s.each(n, "the containers", func(member node) error {
		var c *azuretest.Container
		if err := s.try(member.nameAt, func() { c = a.Container(member.name) }); err != nil {
			return err
		}
		return s.fields(member, "a container", field{"blobs", func(n node) error {
			return s.eachOf(n, exact, "the blobs", func(blob node) error {
				data, err := s.content(blob)
				if err != nil {
					return err
				}
				return s.try(blob.nameAt, func() { c.SetBlob(blob.name, data) })
			})
		}})
	})
}
