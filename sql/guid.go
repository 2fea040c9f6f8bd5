package azuresql

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
)

// guid is an ID of the directory.
type guid [16]byte

// parseGUID takes the form 11112222-3333-4444-5555-666677778888 only.
func parseGUID(what, text string) (guid, error) {
	var g guid
	digits := strings.ReplaceAll(text, "-", "")
	n, err := hex.Decode(g[:], []byte(digits[:min(len(digits), 32)]))
	if err != nil || n != len(g) || !strings.EqualFold(g.String(), text) {
		return guid{}, fmt.Errorf("the %s is not a GUID such as 11112222-3333-4444-5555-666677778888", what)
	}
	return g, nil
}

// String is the form that the directory shows.
func (g guid) String() string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", g[:4], g[4:6], g[6:8], g[8:10], g[10:])
}

// sid is how a database keeps the GUID: the first three groups are numbers in
// little-endian order. An application's SID is its client ID, that of a user
// or group its object ID.
func (g guid) sid() []byte {
	return []byte{g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15]}
}

// isSIDOf says whether a principal's SID is the GUID's. Users that belong to a
// login of the server have a longer one, which starts with it.
func (g guid) isSIDOf(sid []byte) bool { return bytes.HasPrefix(sid, g.sid()) }

// literal is the SID in T-SQL.
func (g guid) literal() string { return fmt.Sprintf("0x%X", g.sid()) }
