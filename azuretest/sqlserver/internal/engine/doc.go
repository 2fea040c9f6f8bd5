// Package engine is a small SQL Server over SQLite: it answers T-SQL in databases
// that are SQLite files in a directory of their own.
//
// A batch is parsed (package tsql), each statement is translated with the types of
// its expressions into SQLite's language, and the values that come back are put into
// the types of T-SQL (package tds). What SQLite has no word for are functions of
// this package, named az_….
//
// Users, roles and permissions are those of a database; who somebody is, is decided
// before.
package engine
