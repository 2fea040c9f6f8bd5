package engine

import (
	"context"

	"github.com/keyless-go/azure/azuretest/sqlserver/internal/tsql"
)

// createSchema makes a schema. All that is in it belongs to its owner, who may do
// everything with it.
func (s *Session) createSchema(ctx context.Context, c *tsql.CreateSchema) error {
	if !s.mayDefine("CREATE SCHEMA", "db_ddladmin") {
		return failure(262, 14, "CREATE SCHEMA permission denied in database '%s'.", s.db.name)
	}
	owner, err := s.ownerOf(ctx, c.Owner)
	if err != nil {
		return err
	}
	id, err := s.schemaID(ctx, c.Name)
	if err == nil && id != 0 {
		err = failure(2714, 16, "There is already an object named '%s' in the database.", c.Name)
	}
	if err != nil {
		return err
	}
	return s.conn.exec(ctx, `INSERT INTO "$schemas" (name, owner) VALUES (?1, ?2)`, c.Name, owner)
}

// ownerOf returns the ID of who AUTHORIZATION names, or else of the user.
func (s *Session) ownerOf(ctx context.Context, name string) (int64, error) {
	if name == "" {
		return s.user.id, nil
	}
	id, _, err := s.principal(ctx, name)
	if err == nil && id < 0 {
		err = cannot("find", "user", name)
	}
	return id, err
}

// ownsNothing refuses to drop an owner.
func (s *Session) ownsNothing(ctx context.Context, id int64) error {
	if n, err := s.conn.number(ctx, `SELECT count(*) FROM "$schemas" WHERE owner = ?1`, id); err != nil || n > 0 {
		return orError(err, failure(15138, 16, "The database principal owns a schema in the database, and cannot be dropped."))
	}
	if n, err := s.conn.number(ctx, `SELECT count(*) FROM "$principals" WHERE owner = ?1`, id); err != nil || n > 0 {
		return orError(err, failure(15421, 16, "The database principal owns a database role and cannot be dropped."))
	}
	return nil
}
