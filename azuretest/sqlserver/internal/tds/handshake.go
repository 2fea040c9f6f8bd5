package tds

import (
	"errors"
	"net"
)

// handshakeConn is the connection below TLS. While hands are shaken, what TLS
// writes travels as the payload of PRELOGIN packets: one flight, which crypto/tls
// writes at once, is one message. Then both sides drop that wrapping.
type handshakeConn struct {
	net.Conn

	raw  bool // the handshake is over
	rest []byte
}

// Read reads what the client's TLS has written.
func (h *handshakeConn) Read(p []byte) (int, error) {
	if h.raw {
		return h.Conn.Read(p)
	}
	if len(h.rest) == 0 {
		m, err := readMessage(h.Conn, maxHandshake)
		if err != nil {
			return 0, err
		}
		if m.kind != kindPrelogin || len(m.body) == 0 {
			return 0, errors.New("tds: the TLS handshake is not in PRELOGIN packets")
		}
		h.rest = m.body
	}
	n := copy(p, h.rest)
	h.rest = h.rest[n:]
	return n, nil
}

// Write writes one flight.
func (h *handshakeConn) Write(p []byte) (int, error) {
	if h.raw {
		return h.Conn.Write(p)
	}
	if _, err := h.Conn.Write(appendPackets(nil, kindPrelogin, 0, defaultPacket, p, true)); err != nil {
		return 0, err
	}
	return len(p), nil
}
