// Package interop holds the library and its emulator against Microsoft's own
// Go SDK and SQL driver, unmodified: azidentity, azsecrets and go-mssqldb run on
// azuretest, and each side's credentials work in the other side's clients. It is
// a module of its own, so that the library depends on none of them.
//
// Where azuretest and the SDK disagree, azuretest is wrong.
package interop
