// Package interop holds the library and its emulator against Microsoft's own
// Go SDK, unmodified: azidentity and azsecrets run on azuretest, and each side's
// credentials work in the other side's clients. It is a module of its own, so
// that the library depends on neither.
//
// Where azuretest and the SDK disagree, azuretest is wrong.
package interop
