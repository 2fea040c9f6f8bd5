// Package exports writes environment variables as shells take them.
package exports

import "strings"

// A Shell is a language to set variables in.
type Shell string

// The shells that people paste into.
const (
	Bash       Shell = "bash" // and every other that follows POSIX
	PowerShell Shell = "powershell"
	Fish       Shell = "fish"
)

// Shells returns all there are.
func Shells() []Shell { return []Shell{Bash, PowerShell, Fish} }

// Title returns the shell's name for people.
func (s Shell) Title() string {
	switch s {
	case PowerShell:
		return "PowerShell"
	case Fish:
		return "fish"
	}
	return "bash, zsh"
}

// A Variable is one of the environment.
type Variable struct{ Name, Value string }

// Line returns the command that sets a variable for the programs started after it.
func (s Shell) Line(v Variable) string {
	switch s {
	case PowerShell:
		return "$env:" + v.Name + " = '" + strings.ReplaceAll(v.Value, "'", "''") + "'"
	case Fish:
		return "set -gx " + v.Name + " " + quote(v.Value, strings.NewReplacer(`\`, `\\`, `'`, `\'`))
	default:
		return "export " + v.Name + "=" + quote(v.Value, strings.NewReplacer(`'`, `'\''`))
	}
}

// quote puts a value into single quotes if it needs them.
func quote(value string, escape *strings.Replacer) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,+"
	if value != "" && strings.Trim(value, plain) == "" {
		return value
	}
	return "'" + escape.Replace(value) + "'"
}
