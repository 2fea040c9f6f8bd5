package azuretest

import "net"

// The parsers and the pipe, for their own tests.

func NewPipe() (client, server net.Conn) { return newPipe("client:1", "server:2") }

func ParseToken(token string) (objectID string, err error) {
	s, err := newSigner()
	if err != nil {
		return "", err
	}
	c, err := s.parse(token)
	return c.ObjectID, err
}

func ParseVaultPath(method, escaped string) (op, name, version string) {
	t := parseVaultPath(method, escaped)
	return t.op, t.name, t.version
}

func DecodeSkip(token string) (string, bool) { return decodeSkip(token) }
func EncodeSkip(mark string) string          { return encodeSkip(mark) }

func ParseBackup(blob string) (name string, versions int, ok bool) {
	b, ok := parseBackup(blob)
	return b.Name, len(b.Versions), ok
}

// Operations are the names that [Server.Fail] knows.
func Operations() []string { return operations() }
