// Package peers puts this library and Microsoft's own Go SDK into the same
// harness: the same emulator, the same requests, the same run.
package peers
