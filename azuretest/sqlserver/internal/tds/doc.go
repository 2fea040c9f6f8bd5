// Package tds is the server's side of the Tabular Data Stream, versions 7.4 and
// 8.0: packets, the opening of a connection with TLS and federated login,
// requests, and answers as a stream of tokens. What a login may do and what a
// statement means is up to a [Handler] and its [Session].
//
// It uses the standard library only and takes no more memory for a client than
// the limits in limits.go allow, whatever the client sends.
//
// https://learn.microsoft.com/openspecs/windows_protocols/ms-tds
package tds
