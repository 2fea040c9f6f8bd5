package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// violation explains which constraint a statement has violated.
func (s *Session) violation(code int, detail string) error {
	c := s.doing
	if c == nil {
		return failure(2627, 14, "Violation of a constraint: %s.", detail)
	}
	_, what, _ := strings.Cut(detail, "constraint failed: ")
	what = strings.TrimSuffix(what, ")")
	t := c.target
	switch code {
	case sqliteNotNull:
		return cannotBeNull(columnNames(what)[0], s.db.name+"."+t.display(), c.verb)
	case sqliteUnique:
		return s.duplicate(t, columnNames(what))
	case sqliteCheck:
		return conflict(c.verb, "CHECK", what, s.db.name, t.display())
	}
	return s.foreignConflict(c)
}

// columnNames returns the columns of SQLite's list: t1.a, t1.b.
func columnNames(list string) []string {
	var names []string
	for one := range strings.SplitSeq(list, ", ") {
		names = append(names, one[strings.LastIndexByte(one, '.')+1:])
	}
	return names
}

func (s *Session) duplicate(t *table, columns []string) error {
	for _, k := range t.Keys {
		if !k.Unique || !slices.EqualFunc(k.names(), columns, strings.EqualFold) {
			continue
		}
		if !k.Constraint {
			return failure(2601, 14, "Cannot insert duplicate key row in object '%s' with unique index '%s'.", t.display(), k.Name)
		}
		kind := "UNIQUE KEY"
		if k.Primary {
			kind = "PRIMARY KEY"
		}
		return failure(2627, 14, "Violation of %s constraint '%s'. Cannot insert duplicate key in object '%s'.", kind, k.Name, t.display())
	}
	return failure(2627, 14, "Cannot insert duplicate key in object '%s'.", t.display())
}

func conflict(verb, kind, name, database, table string) error {
	return failure(547, 16, "The %s statement conflicted with the %s constraint \"%s\". The conflict occurred in database \"%s\", table \"%s\".", verb, kind, name, database, table)
}

// foreignConflict names the foreign key. SQLite does not say which it is: a DELETE
// violates that of another table.
func (s *Session) foreignConflict(c *change) error {
	if c.verb != "DELETE" && len(c.target.Foreign) > 0 {
		f := c.target.Foreign[0]
		other := "?"
		all, err := s.tables(context.Background())
		if err != nil {
			return err
		}
		for _, t := range all {
			if t.id == f.Table {
				other = t.display()
			}
		}
		return conflict(c.verb, "FOREIGN KEY", f.Name, s.db.name, other)
	}
	referrers, err := s.referrers(context.Background(), c.target.id)
	if err != nil || len(referrers) == 0 {
		return firstError(err, fmt.Errorf("engine: %s has violated a foreign key that is not there", c.verb))
	}
	r := referrers[0]
	i := slices.IndexFunc(r.Foreign, func(f foreign) bool { return f.Table == c.target.id })
	return conflict(c.verb, "REFERENCE", r.Foreign[i].Name, s.db.name, r.display())
}
