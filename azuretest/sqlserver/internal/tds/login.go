package tds

import (
	"encoding/binary"
	"errors"
	"slices"
)

// Versions of the protocol, as LOGIN7 and LOGINACK have them.
const (
	version74 = 0x74000004
	version80 = 0x08000000
)

// Login is who wants to come in, and how.
type Login struct {
	Host, User, App, Server, Library, Language, Database string

	ReadOnly bool     // ApplicationIntent=ReadOnly
	Password bool     // a password was sent; it is not kept
	SSPI     bool     // Windows authentication is wanted
	FedAuth  *FedAuth // nil: no federated authentication

	version    uint32
	packetSize int
}

// FedAuth is how a client wants to show a token.
type FedAuth struct {
	ADAL  bool   // the client asks where to get the token, then sends it
	Token Secret // empty until it is there
	Nonce []byte
}

// The fixed part of LOGIN7: where things are.
const (
	loginFixed    = 94
	offHost       = 36
	offUser       = 40
	offPassword   = 44
	offApp        = 48
	offServer     = 52
	offExtension  = 56
	offLibrary    = 60
	offLanguage   = 64
	offDatabase   = 68
	flagSSPI      = 0x80 // of OptionFlags2
	flagReadOnly  = 0x20 // of TypeFlags
	flagExtension = 0x10 // of OptionFlags3
)

var errLogin = errors.New("tds: the LOGIN7 message is malformed")

// parseLogin reads LOGIN7: fixed fields, then offsets and lengths of variable ones.
func parseLogin(message []byte) (*Login, error) {
	if len(message) < loginFixed || int(binary.LittleEndian.Uint32(message)) != len(message) {
		return nil, errLogin
	}
	l := &Login{
		version:    binary.LittleEndian.Uint32(message[4:]),
		packetSize: int(min(binary.LittleEndian.Uint32(message[8:]), maxPacket)),
		ReadOnly:   message[26]&flagReadOnly != 0,
		SSPI:       message[25]&flagSSPI != 0,
		Password:   binary.LittleEndian.Uint16(message[offPassword+2:]) != 0,
	}
	for offset, field := range map[int]*string{
		offHost: &l.Host, offUser: &l.User, offApp: &l.App, offServer: &l.Server,
		offLibrary: &l.Library, offLanguage: &l.Language, offDatabase: &l.Database,
	} {
		n := int(binary.LittleEndian.Uint16(message[offset+2:]))
		c := at(message, int(binary.LittleEndian.Uint16(message[offset:])), 2*n)
		if c.err != nil || n > 128 {
			return nil, errLogin
		}
		*field = c.text(n)
	}
	if message[27]&flagExtension != 0 {
		if err := l.parseExtension(message); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// parseExtension finds the list of features: at the place that the fixed part
// names there is the offset of it.
func (l *Login) parseExtension(message []byte) error {
	where := at(message, int(binary.LittleEndian.Uint16(message[offExtension:])), 4)
	offset := int(where.u32())
	if where.err != nil || offset < loginFixed || offset > len(message) {
		return errLogin
	}
	return l.parseFeatures(&cursor{data: message[offset:]})
}

const featureFedAuth = 2

// parseFeatures reads {id, length, data}... 0xFF and skips what it does not know.
func (l *Login) parseFeatures(c *cursor) error {
	for {
		id := c.u8()
		if c.err != nil {
			return errLogin
		}
		if id == 0xff {
			return nil
		}
		size := c.u32()
		if size > maxLogin {
			return errLogin
		}
		data := c.bytes(int(size))
		if c.err != nil {
			return errLogin
		}
		if id == featureFedAuth {
			var err error
			if l.FedAuth, err = parseFedAuth(data); err != nil {
				return err
			}
		}
	}
}

// Libraries of federated authentication.
const (
	librarySecurityToken = 1
	libraryADAL          = 2
)

const nonceSize = 32

func parseFedAuth(data []byte) (*FedAuth, error) {
	c := &cursor{data: data}
	switch library := c.u8() >> 1; library {
	case librarySecurityToken:
		token := parseToken(c)
		f := &FedAuth{Token: token, Nonce: slices.Clone(c.data)}
		if c.err != nil || len(f.Nonce) != 0 && len(f.Nonce) != nonceSize {
			return nil, errLogin
		}
		return f, nil
	case libraryADAL:
		return &FedAuth{ADAL: true}, c.err
	default:
		return nil, errLogin
	}
}

// parseToken reads a token of UTF-16 characters with its length in bytes before it.
func parseToken(c *cursor) Secret {
	size := c.u32()
	if size%2 != 0 || size > maxLogin {
		c.fail("the token's length is wrong")
		return ""
	}
	return Secret(c.text(int(size) / 2))
}

// parseFedAuthMessage reads what an ADAL client sends after FEDAUTHINFO.
func parseFedAuthMessage(message []byte) (*FedAuth, error) {
	c := &cursor{data: message}
	if int(c.u32()) != len(message)-4 {
		return nil, errors.New("tds: the length in the federated authentication message is wrong")
	}
	f := &FedAuth{ADAL: true, Token: parseToken(c)}
	f.Nonce = slices.Clone(c.data)
	if c.err != nil || len(f.Nonce) != 0 && len(f.Nonce) != nonceSize {
		return nil, errors.New("tds: the federated authentication message is malformed")
	}
	return f, nil
}
