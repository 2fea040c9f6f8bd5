package engine

import (
	"context"
	"errors"
	"fmt"
)

// Description tells what is in a database.
type Description struct {
	Name   string
	Tables []string // with their schemas
	Users  []User
}

// User is one who was made in a database.
type User struct {
	Name  string
	Roles []string
}

// Describe tells what is in the databases but master, in the order in which they were
// made. It sees what is committed and waits for nobody.
func (e *Engine) Describe(ctx context.Context) ([]Description, error) {
	e.mu.Lock()
	databases := e.databases
	e.mu.Unlock()
	var list []Description
	for _, db := range databases {
		if db.name == "master" {
			continue
		}
		one, err := db.describe(ctx)
		if err != nil {
			return nil, fmt.Errorf("database %q: %w", db.name, err)
		}
		list = append(list, one)
	}
	return list, nil
}

func (db *database) describe(ctx context.Context) (Description, error) {
	d := Description{Name: db.name}
	c, err := db.connect(ctx)
	if err != nil {
		return d, err
	}
	tables, err := c.query(ctx, `SELECT schema || '.' || name FROM "$objects" WHERE kind = 'U' ORDER BY schema, name`)
	for _, row := range tables {
		name, _ := row[0].(string)
		d.Tables = append(d.Tables, name)
	}
	if err == nil {
		d.Users, err = c.users(ctx)
	}
	return d, errors.Join(err, c.close())
}

// users returns those that are not in every database.
func (c *conn) users(ctx context.Context) ([]User, error) {
	rows, err := c.query(ctx, `SELECT u.name, r.name FROM "$principals" u
		LEFT JOIN "$members" m ON m.member = u.id LEFT JOIN "$principals" r ON r.id = m.role
		WHERE u.type <> 'R' AND u.id > 4 ORDER BY u.id, r.id`)
	var users []User
	for _, row := range rows {
		name, _ := row[0].(string)
		if n := len(users); n == 0 || users[n-1].Name != name {
			users = append(users, User{Name: name})
		}
		if role, ok := row[1].(string); ok {
			user := &users[len(users)-1]
			user.Roles = append(user.Roles, role)
		}
	}
	return users, err
}
