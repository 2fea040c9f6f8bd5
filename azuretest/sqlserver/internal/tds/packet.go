package tds

import (
	"encoding/binary"
	"errors"
	"io"
)

// packetKind is the first byte of a packet.
type packetKind byte

const (
	kindBatch       packetKind = 1
	kindRPC         packetKind = 3
	kindReply       packetKind = 4
	kindAttention   packetKind = 6
	kindBulk        packetKind = 7
	kindFedAuth     packetKind = 8
	kindTransaction packetKind = 14
	kindLogin       packetKind = 16
	kindPrelogin    packetKind = 18
)

// Bits of the status, the second byte.
const (
	statusEnd       = 1
	statusIgnore    = 2
	statusReset     = 8
	statusResetKeep = 16 // reset, but keep the transaction
)

const headerSize = 8

var (
	errTooLong   = errors.New("tds: the message is longer than the server takes")
	errBadPacket = errors.New("tds: the packet's header is wrong")
)

// packet is one packet as it came.
type packet struct {
	kind   packetKind
	status byte
	body   []byte
}

func (p packet) last() bool { return p.status&statusEnd != 0 }

// readPacket reads one packet into buf, which must hold maxPacket bytes.
func readPacket(r io.Reader, buf []byte) (packet, error) {
	if _, err := io.ReadFull(r, buf[:headerSize]); err != nil {
		return packet{}, err
	}
	size := int(binary.BigEndian.Uint16(buf[2:]))
	if size < headerSize || size > maxPacket {
		return packet{}, errBadPacket
	}
	p := packet{kind: packetKind(buf[0]), status: buf[1], body: buf[headerSize:size]}
	if _, err := io.ReadFull(r, p.body); err != nil {
		return packet{}, noEOF(err)
	}
	return p, nil
}

// noEOF is for an end in the middle of something.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// message is the packets of one request, put together.
type message struct {
	kind   packetKind
	status byte // of the first packet
	ignore bool // the client has changed its mind while sending
	body   []byte
}

// add appends a packet and reports whether it was the last.
func (m *message) add(p packet, limit int) (complete bool, err error) {
	if m.kind == 0 {
		m.kind, m.status = p.kind, p.status
	}
	if p.kind != m.kind {
		return false, errBadPacket
	}
	if len(m.body)+len(p.body) > limit {
		return false, errTooLong
	}
	m.body = appendDoubling(m.body, p.body, limit)
	m.ignore = p.status&statusIgnore != 0
	return p.last(), nil
}

// appendDoubling is append to a slice that never has more than limit bytes, and that
// doubles if it is large too: a quarter at a time would allocate five times what is
// needed.
func appendDoubling(b, more []byte, limit int) []byte {
	if need := len(b) + len(more); need > cap(b) {
		grown := make([]byte, len(b), max(need, min(2*cap(b), limit)))
		copy(grown, b)
		b = grown
	}
	return append(b, more...)
}

// readMessage reads all packets of a message. It is for the time before there is
// a session; see pump.go.
func readMessage(r io.Reader, limit int) (*message, error) {
	buf := make([]byte, maxPacket)
	m := &message{}
	for {
		p, err := readPacket(r, buf)
		if err != nil {
			return nil, err
		}
		if complete, err := m.add(p, limit); err != nil || complete {
			return m, err
		}
	}
}

// appendPackets cuts payload into packets of the given size. The status of the last
// says that the message ends, if it does.
func appendPackets(out []byte, kind packetKind, spid uint16, size int, payload []byte, end bool) []byte {
	for number := byte(1); ; number++ {
		n := min(len(payload), size-headerSize)
		status := byte(0)
		if end && n == len(payload) {
			status = statusEnd
		}
		out = append(out, byte(kind), status)
		out = putBig16(out, headerSize+n)
		out = putBig16(out, spid)
		out = append(out, number, 0)
		out = append(out, payload[:n]...)
		if payload = payload[n:]; len(payload) == 0 {
			return out
		}
	}
}
