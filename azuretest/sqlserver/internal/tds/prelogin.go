package tds

import (
	"encoding/binary"
	"errors"
	"slices"
)

// Encryption is what a server says in PRELOGIN about TLS.
type Encryption byte

// What servers say. A client that is careful goes on with the second only.
const (
	EncryptOff          Encryption = 0 // the login alone is encrypted
	EncryptOn           Encryption = 1
	EncryptNotSupported Encryption = 2
	EncryptRequired     Encryption = 3
)

// Options of PRELOGIN.
const (
	optionVersion         = 0
	optionEncryption      = 1
	optionInstance        = 2
	optionMARS            = 4
	optionFedAuthRequired = 6
	optionNonce           = 7
	optionEnd             = 0xff
)

var errPrelogin = errors.New("tds: the PRELOGIN message is malformed")

// prelogin is what a client says first.
type prelogin struct {
	fedAuth bool // it knows federated authentication
	nonce   []byte
}

// parsePrelogin reads a table of options: {token, offset, length}, 0xFF, then the
// data of all.
func parsePrelogin(message []byte) (prelogin, error) {
	var p prelogin
	seen := false
	for c := (&cursor{data: message}); ; seen = true {
		token := c.u8()
		if token == optionEnd && seen {
			return p, c.err
		}
		head := c.bytes(4)
		if head == nil {
			return p, errPrelogin
		}
		data := at(message, int(binary.BigEndian.Uint16(head)), int(binary.BigEndian.Uint16(head[2:])))
		if data.err != nil {
			return p, errPrelogin
		}
		switch token {
		case optionFedAuthRequired:
			p.fedAuth = true
		case optionNonce:
			if len(data.data) != nonceSize {
				return p, errPrelogin
			}
			p.nonce = slices.Clone(data.data)
		}
	}
}

// answer is the server's PRELOGIN. FEDAUTHREQUIRED is for clients that have sent it.
func (p prelogin) answer(e Encryption) []byte {
	type option struct {
		token byte
		data  []byte
	}
	options := []option{
		{optionVersion, []byte{serverMajor, serverMinor, serverBuild >> 8, serverBuild & 0xff, 0, 0}},
		{optionEncryption, []byte{byte(e)}},
		{optionInstance, []byte{0}},
		{optionMARS, []byte{0}},
	}
	if p.fedAuth {
		options = append(options, option{optionFedAuthRequired, []byte{1}})
	}
	var table, data []byte
	offset := 5*len(options) + 1
	for _, o := range options {
		table = append(table, o.token)
		table = putBig16(table, offset+len(data))
		table = putBig16(table, len(o.data))
		data = append(data, o.data...)
	}
	return slices.Concat(table, []byte{optionEnd}, data)
}

// The version that Azure SQL has said it is since 2014.
const (
	serverMajor = 12
	serverMinor = 0
	serverBuild = 2000
)
