package seed

import (
	"slices"

	"github.com/keyless-go/azure/azuretest"
)

func (s *seeder) subscriptions(n node) error {
	return s.each(n, "the subscriptions", func(member node) error {
		var sub *azuretest.Subscription
		if err := s.try(member.nameAt, func() { sub = s.azure.Subscription(member.name) }); err != nil {
			return err
		}
		return s.fields(member, "a subscription",
			field{"roles", func(n node) error { return s.roles(&sub.Scope, n) }},
			field{"groups", func(n node) error { return s.groups(sub, n) }},
		)
	})
}

func (s *seeder) groups(sub *azuretest.Subscription, n node) error {
	return s.each(n, "the groups", func(member node) error {
		var g *azuretest.ResourceGroup
		if err := s.try(member.nameAt, func() { g = sub.Group(member.name) }); err != nil {
			return err
		}
		return s.fields(member, "a group",
			field{"location", func(n node) error {
				location, err := s.text(n)
				if err == nil {
					g.SetLocation(location)
				}
				return err
			}},
			field{"tags", func(n node) error {
				tags, err := s.tags(n)
				g.SetTags(tags)
				return err
			}},
			field{"locked", func(n node) error { return s.boolean(n, g.Lock) }},
			field{"resources", func(n node) error {
				names := s.once(folded)
				return s.items(n, "resources", func(item node) error { return s.resource(g, names, item) })
			}},
			field{"roles", func(n node) error { return s.roles(&g.Scope, n) }},
		)
	})
}

func (s *seeder) resource(g *azuretest.ResourceGroup, names *once, n node) error {
	var r azuretest.Resource
	set := func(name string, to *string) field {
		return field{name, func(n node) (err error) {
			*to, err = s.text(n)
			return err
		}}
	}
	err := s.fields(n, "a resource", set("type", &r.Type), set("name", &r.Name), set("kind", &r.Kind),
		set("location", &r.Location), set("stuck", &r.Stuck),
		field{"tags", func(n node) (err error) {
			r.Tags, err = s.tags(n)
			return err
		}})
	if err == nil {
		err = names.add(r.Type+"/"+r.Name, n.at)
	}
	if err != nil {
		return err
	}
	return s.try(n.at, func() { g.AddResource(r) })
}

// roles reads what each identity is assigned in a scope. A list of none only closes it.
func (s *seeder) roles(scope *azuretest.Scope, n node) error {
	return s.grants(n, "the identities", func(id *azuretest.Identity, rights node) error {
		scope.Assign(id)
		return s.namesIn(rights, folded, "roles", func(role string, at int) error {
			if !slices.Contains(knownRoles(), azuretest.Role(role)) {
				return s.errorf(at, "no role is called %q; there are %s", role, quoted(knownRoles()))
			}
			scope.Assign(id, azuretest.Role(role))
			return nil
		})
	})
}

func knownRoles() []azuretest.Role {
	return []azuretest.Role{
		azuretest.RoleOwner, azuretest.RoleContributor, azuretest.RoleReader, azuretest.RoleStorageAccountContributor,
		azuretest.RoleBlobDataOwner, azuretest.RoleBlobDataContributor, azuretest.RoleBlobDataReader,
	}
}
