package sqlserver

import (
	"context"
	"fmt"
)

// A DatabaseInfo tells what is in a database.
type DatabaseInfo struct {
	Name   string
	Tables []string // with their schemas, such as "dbo.Employees"
	Users  []UserInfo
}

// A UserInfo is a user of a database, and of which roles it is a member.
type UserInfo struct {
	Name  string
	Roles []string
}

// Databases tells what is in the databases but master, in the order in which they were
// made: what is committed, behind the server's back. The caller owns the result.
func (s *Server) Databases(ctx context.Context) ([]DatabaseInfo, error) {
	described, err := s.engine.Describe(ctx)
	if err != nil {
		return nil, fmt.Errorf("sqlserver: %w", err)
	}
	var list []DatabaseInfo
	for _, d := range described {
		one := DatabaseInfo{Name: d.Name, Tables: d.Tables}
		for _, u := range d.Users {
			one.Users = append(one.Users, UserInfo(u))
		}
		list = append(list, one)
	}
	return list, nil
}
