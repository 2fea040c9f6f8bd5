package tds

import (
	"context"
	"errors"
)

// oldest is the first version with all the types that the server sends.
const oldest = 0x730a0003

// login reads LOGIN7 and, from an ADAL client, its token, and lets the client in.
func (c *Conn) login(ctx context.Context, hello prelogin, encryption Encryption, strict bool) error {
	m, err := c.readLogin(!strict && encryption == EncryptOff)
	if err != nil {
		return err
	}
	l, err := parseLogin(m.body)
	if err != nil || l.version < oldest && l.version != version80 {
		return ErrHangUp
	}
	l.version = spoken(l.version, strict)
	if l.FedAuth != nil && l.FedAuth.ADAL {
		if l.FedAuth, err = c.askToken(); err != nil {
			return err
		}
	}
	if l.FedAuth != nil && hello.nonce != nil && string(l.FedAuth.Nonce) != string(hello.nonce) {
		return &Error{Number: 18456, State: 1, Class: 14, Message: "Login failed: the nonce is not that of PRELOGIN."}
	}
	size := c.packetSize(l.packetSize)
	c.size = min(size, defaultPacket) // until the client has read which it is
	database := ""
	err = c.raw.during(ctx, func(ctx context.Context) (err error) {
		c.session, database, err = c.handler.Login(ctx, l)
		return err
	})
	if route, ok := errors.AsType[*RouteError](err); ok {
		tokens := appendRouting(appendLoginAck(nil, l.version), route)
		return errors.Join(ErrHangUp, c.reply(appendDone(tokens, tokenDone, 0, 0, 0)))
	}
	if err != nil {
		return err
	}
	if err := c.reply(appendWelcome(nil, l, database, size)); err != nil {
		c.session.Close()
		return err
	}
	c.size = size
	return nil
}

// spoken returns the version to go on with.
func spoken(asked uint32, strict bool) uint32 {
	if strict {
		return version80
	}
	return min(asked, version74)
}

func (c *Conn) packetSize(asked int) int {
	most := maxPacket
	if c.secured {
		most = maxTLSPacket
	}
	if asked == 0 {
		return defaultPacket
	}
	return min(max(asked, minPacket), most)
}

// readLogin reads LOGIN7. If the login alone is to be encrypted, its first packet
// is; some clients send the rest in clear, and all that follows is.
func (c *Conn) readLogin(clearAfter bool) (*message, error) {
	buf := make([]byte, maxPacket)
	m := &message{}
	for {
		p, err := readPacket(c.wire, buf)
		if err != nil {
			return nil, ErrHangUp
		}
		complete, err := m.add(p, maxLogin)
		if err != nil || m.kind != kindLogin {
			return nil, ErrHangUp
		}
		if clearAfter {
			if err := c.leaveTLS(complete); err != nil {
				return nil, err
			}
		}
		if complete {
			return m, nil
		}
	}
}

// tlsData is the first byte of a record of TLS with data in it.
const tlsData = 0x17

// leaveTLS goes back to the raw connection when the client has.
func (c *Conn) leaveTLS(complete bool) error {
	if !complete {
		first, err := c.raw.peek()
		if err != nil {
			return ErrHangUp
		}
		if first == tlsData {
			return nil
		}
	}
	c.wire, c.secured = c.raw, false
	return nil
}

// askToken tells an ADAL client what token to get, and reads it.
func (c *Conn) askToken() (*FedAuth, error) {
	stsURL, spn := c.handler.Authority()
	if err := c.reply(appendFedAuthInfo(nil, stsURL, spn)); err != nil {
		return nil, err
	}
	m, err := readMessage(c.wire, maxFedAuth)
	if err != nil || m.kind != kindFedAuth {
		return nil, ErrHangUp
	}
	f, err := parseFedAuthMessage(m.body)
	if err != nil {
		return nil, ErrHangUp
	}
	return f, nil
}
