package seed

import "github.com/keyless-go/azure/azuretest"

func (s *seeder) dataLakes(n node) error {
	lakes := map[*azuretest.DataLake]bool{}
	return s.items(n, "data lakes", func(item node) error {
		name, profile := "", azuretest.Gen1
		read := field{"name", func(n node) (err error) {
			name, err = s.text(n)
			return err
		}}
		kind := field{"profile", func(n node) (err error) {
			profile, err = s.profile(n)
			return err
		}}
		// What is in a lake waits until the lake is there.
		var l *azuretest.DataLake
		err := s.fields(item, "a data lake", read, kind, later("directories"), later("files"), later("acls"), later("allow"))
		if err == nil {
			err = s.try(item.at, func() { l = s.azure.DataLake(name, profile) })
		}
		if err == nil && lakes[l] {
			err = s.errorf(item.at, "data lake %s of profile %v is here twice; remove one", l.Name(), profile)
		}
		if err != nil {
			return err
		}
		lakes[l] = true
		return s.fields(item, "a data lake", later("name"), later("profile"),
			field{"directories", func(n node) error { return s.directories(l, n) }},
			field{"files", func(n node) error { return s.files(l, n) }},
			field{"acls", func(n node) error { return s.acls(l, n) }},
			field{"allow", func(n node) error { return s.allow(l, n) }},
		)
	})
}

// later is a field that is read another time.
func later(name string) field { return field{name, func(node) error { return nil }} }

func (s *seeder) profile(n node) (azuretest.Profile, error) {
	text, err := s.text(n)
	if err != nil {
		return 0, err
	}
	all := []azuretest.Profile{azuretest.Gen1, azuretest.Gen2, azuretest.Hadoop, azuretest.HttpFS, azuretest.Knox}
	var names []string
	for _, p := range all {
		if p.String() == text {
			return p, nil
		}
		names = append(names, p.String())
	}
	return 0, s.errorf(n.at, "no profile is called %q; there are %s", text, quoted(names))
}

func (s *seeder) directories(l *azuretest.DataLake, n node) error {
	return s.namesIn(n, cleaned, "paths", func(path string, at int) error {
		return s.try(at, func() { l.Mkdir(path) })
	})
}

func (s *seeder) files(l *azuretest.DataLake, n node) error {
	return s.eachOf(n, cleaned, "the files", func(member node) error {
		data, err := s.content(member)
		if err != nil {
			return err
		}
		return s.try(member.nameAt, func() { l.WriteFile(member.name, data) })
	})
}

func (s *seeder) acls(l *azuretest.DataLake, n node) error {
	return s.eachOf(n, cleaned, "the paths", func(member node) error {
		acl, err := s.text(member)
		if err != nil {
			return err
		}
		return s.try(member.at, func() { l.SetACL(member.name, acl) })
	})
}

func (s *seeder) allow(l *azuretest.DataLake, n node) error {
	return s.grants(n, "the identities", func(id *azuretest.Identity, rights node) error {
		return s.eachOf(rights, cleaned, "the paths", func(member node) error {
			access, err := s.text(member)
			if err != nil {
				return err
			}
			return s.try(member.at, func() { l.Allow(id, member.name, access) })
		})
	})
}
