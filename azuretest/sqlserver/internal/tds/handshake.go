package tds

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
)

// handshakeConn is the connection below TLS. While hands are shaken, what TLS
// writes travels as the payload of PRELOGIN packets: one flight, which crypto/tls
// writes at once, is one message. Then both sides drop that wrapping.
type handshakeConn struct {
	net.Conn

	raw   bool // the handshake is over
	exact bool // after it, TLS may not read beyond a record: what follows may be in clear
	left  int  // bytes of the record
	rest  []byte
}

// Read reads what the client's TLS has written.
func (h *handshakeConn) Read(p []byte) (int, error) {
	if h.raw && !h.exact {
		return h.Conn.Read(p)
	}
	if h.raw {
		return h.readRecord(p)
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

// recordHeader is how long the head of a record of TLS is, which ends in the length of
// the rest.
const recordHeader = 5

func (h *handshakeConn) readRecord(p []byte) (int, error) {
	if h.left == 0 {
		head := make([]byte, recordHeader)
		if _, err := io.ReadFull(h.Conn, head); err != nil {
			return 0, err
		}
		h.rest = head
		h.left = recordHeader + int(binary.BigEndian.Uint16(head[3:]))
	}
	n, err := copy(p, h.rest), error(nil)
	h.rest = h.rest[n:]
	if n == 0 {
		n, err = h.Conn.Read(p[:min(len(p), h.left)])
	}
	h.left -= n
	return n, err
}

// Write writes one flight, in packets that are small enough for every client: what
// size it likes will come with LOGIN7.
func (h *handshakeConn) Write(p []byte) (int, error) {
	if h.raw {
		return h.Conn.Write(p)
	}
	if _, err := h.Conn.Write(appendPackets(nil, kindPrelogin, 0, minPacket, p, true)); err != nil {
		return 0, err
	}
	return len(p), nil
}
