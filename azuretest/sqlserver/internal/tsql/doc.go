// Package tsql reads Transact-SQL: a tokenizer, and a parser that makes of a batch a
// list of statements. It knows the part of the language that applications and their
// mappers use with a database, not that of its administration.
//
// It is strict about what it knows: what it cannot read is a [SyntaxError], with the
// number and the text that the real server has. It takes bounded memory for any
// text.
//
// https://learn.microsoft.com/sql/t-sql/language-reference
package tsql
