package azuresql_test

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"unicode/utf16"
)

// The protocol, as far as a login and a SELECT 1 need it.
// https://learn.microsoft.com/openspecs/windows_protocols/ms-tds
const (
	typeBatch     = 1
	typeRPC       = 3
	typeReply     = 4
	typeAttention = 6
	typeTxn       = 14
	typeLogin     = 16
	typePrelogin  = 18

	doneError = 2
)

type fakeSession struct {
	fake  *fake
	wire  net.Conn // TLS once that is negotiated
	token string
}

func (s *fakeSession) run() {
	if s.fake.strict && s.startTLS(s.wire) != nil {
		return
	}
	if kind, _, err := readMessage(s.wire); err != nil || kind != typePrelogin {
		return
	}
	if s.hush(atPrelogin) {
		return
	}
	for s.fake.flood {
		if _, err := s.wire.Write(append([]byte{typeReply, 0, 16, 0, 0, 0, 1, 0}, make([]byte, 4096-8)...)); err != nil {
			return
		}
	}
	encryption := s.fake.encryption
	if encryption == nil {
		encryption = []byte{1}
	}
	if writeMessage(s.wire, typeReply, prelogin(encryption)) != nil {
		return
	}
	if !s.fake.strict {
		if s.hush(atTLS) {
			return
		}
		if len(encryption) == 1 && encryption[0] != 2 && s.startTLS(&flights{Conn: s.wire}) != nil {
			return
		}
	}
	if s.enter() {
		s.answer()
	}
}

// hush reads on without a word, if it is time to.
func (s *fakeSession) hush(at stage) bool {
	if s.fake.silent != at {
		return false
	}
	if s.fake.hushed != nil {
		close(s.fake.hushed)
	}
	_, _ = io.Copy(io.Discard, s.wire)
	return true
}

func (s *fakeSession) startTLS(over net.Conn) error {
	conn := tls.Server(over, &tls.Config{Certificates: []tls.Certificate{s.fake.cert}, NextProtos: []string{"tds/8.0"}, SessionTicketsDisabled: true})
	if err := conn.Handshake(); err != nil {
		return err
	}
	if in, ok := over.(*flights); ok {
		in.over = true
	}
	s.wire = conn
	return nil
}

// enter takes the login.
func (s *fakeSession) enter() bool {
	kind, payload, err := readMessage(s.wire)
	if err != nil || kind != typeLogin {
		return false
	}
	token := loginToken(payload)
	s.token = token
	s.fake.mu.Lock()
	n := len(s.fake.tokens)
	s.fake.tokens = append(s.fake.tokens, token)
	s.fake.mu.Unlock()
	if s.hush(atLogin) {
		return false
	}
	reply := []byte(nil)
	if s.fake.login != nil {
		reply = s.fake.login(n, token)
	}
	if reply != nil {
		_ = writeMessage(s.wire, typeReply, reply)
		return false
	}
	return writeMessage(s.wire, typeReply, slices.Concat(loginAck(), done(0))) == nil
}

// answer serves statements until the client leaves.
func (s *fakeSession) answer() {
	for {
		kind, payload, err := readMessage(s.wire)
		if err != nil {
			return
		}
		if s.hush(atQuery) {
			return
		}
		reply := done(0)
		switch kind {
		case typeAttention:
			reply = done(0x20)
		case typeTxn:
			reply = transaction(payload)
		case typeBatch, typeRPC:
			text := batchText(payload)
			s.fake.mu.Lock()
			s.fake.queries = append(s.fake.queries, text)
			s.fake.mu.Unlock()
			if s.fake.started != nil {
				s.fake.started(s.token, s.wire.RemoteAddr())
			}
			reply = one()
			if s.fake.query != nil {
				reply = s.fake.query(text)
			}
		}
		if reply == nil || writeMessage(s.wire, typeReply, reply) != nil {
			return
		}
	}
}

// flights are a TLS handshake inside of TDS packets.
type flights struct {
	net.Conn
	rest []byte
	over bool
}

func (f *flights) Read(p []byte) (int, error) {
	if f.over {
		return f.Conn.Read(p)
	}
	if len(f.rest) == 0 {
		_, payload, err := readMessage(f.Conn)
		if err != nil {
			return 0, err
		}
		f.rest = payload
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

func (f *flights) Write(p []byte) (int, error) {
	if f.over {
		return f.Conn.Write(p)
	}
	return len(p), writeMessage(f.Conn, typePrelogin, p)
}

func readMessage(r io.Reader) (kind byte, payload []byte, err error) {
	for {
		var header [8]byte
		if _, err := io.ReadFull(r, header[:]); err != nil {
			return 0, nil, err
		}
		size := int(binary.BigEndian.Uint16(header[2:])) - len(header)
		if size < 0 {
			return 0, nil, errors.New("short packet")
		}
		part := make([]byte, size)
		if _, err := io.ReadFull(r, part); err != nil {
			return 0, nil, err
		}
		payload = append(payload, part...)
		if header[1]&1 != 0 {
			return header[0], payload, nil
		}
	}
}

func writeMessage(w io.Writer, kind byte, payload []byte) error {
	var out []byte
	for first := true; first || len(payload) > 0; first = false {
		n := min(len(payload), 4096-8)
		status := byte(0)
		if n == len(payload) {
			status = 1
		}
		out = append(out, kind, status)
		out = binary.BigEndian.AppendUint16(out, uint16(n+8))
		out = append(append(out, 0, 0, 1, 0), payload[:n]...)
		payload = payload[n:]
	}
	_, err := w.Write(out)
	return err
}

// prelogin answers VERSION and ENCRYPTION.
func prelogin(encryption []byte) []byte {
	head := []byte{1, 0, 11, 0, byte(len(encryption)), 0, 0, byte(11 + len(encryption)), 0, 6, 0xFF}
	return slices.Concat(head, encryption, []byte{12, 0, 7, 208, 0, 0})
}

// loginToken finds the token in the FEDAUTH feature of a LOGIN7 message.
func loginToken(login []byte) string {
	at := binary.LittleEndian.Uint16(login[56:])
	rest := login[binary.LittleEndian.Uint32(login[at:]):]
	for rest[0] != 0xFF {
		size := binary.LittleEndian.Uint32(rest[1:])
		data := rest[5 : 5+size]
		if rest[0] == 2 {
			return fromUTF16(data[5 : 5+binary.LittleEndian.Uint32(data[1:])])
		}
		rest = rest[5+size:]
	}
	return ""
}

func batchText(payload []byte) string {
	return fromUTF16(payload[min(binary.LittleEndian.Uint32(payload), uint32(len(payload))):])
}

func fromUTF16(data []byte) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(data[2*i:])
	}
	return string(utf16.Decode(units))
}

func toUTF16(text string) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}

func sized(id byte, body []byte) []byte {
	return append(binary.LittleEndian.AppendUint16([]byte{id}, uint16(len(body))), body...)
}

func loginAck() []byte {
	return sized(0xAD, slices.Concat([]byte{1, 0x74, 0, 0, 4, 4}, toUTF16("fake"), []byte{12, 0, 7, 208}))
}

func done(status uint16) []byte {
	return append(binary.LittleEndian.AppendUint16([]byte{0xFD}, status), make([]byte, 10)...)
}

// refuse is an error of the server.
func refuse(number int32, text string) []byte {
	body := binary.LittleEndian.AppendUint32(nil, uint32(number))
	body = append(body, 1, 14)
	body = binary.LittleEndian.AppendUint16(body, uint16(len(utf16.Encode([]rune(text)))))
	body = slices.Concat(body, toUTF16(text), []byte{0, 0, 1, 0, 0, 0})
	return append(sized(0xAA, body), done(doneError)...)
}

// route sends the client elsewhere.
func route(host string, port uint16) []byte {
	data := binary.LittleEndian.AppendUint16([]byte{0}, port)
	data = binary.LittleEndian.AppendUint16(data, uint16(len(host)))
	data = append(data, toUTF16(host)...)
	body := binary.LittleEndian.AppendUint16([]byte{20}, uint16(len(data)))
	body = slices.Concat(body, data, []byte{0, 0})
	return slices.Concat(loginAck(), sized(0xE3, body), done(0))
}

// one is a row with the number 1.
func one() []byte {
	columns := []byte{0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0x38, 1, 'n', 0}
	return slices.Concat(columns, []byte{0xD1, 1, 0, 0, 0}, done(0x10))
}

// transaction answers a request to begin or to end one.
func transaction(payload []byte) []byte {
	id := []byte{8, 7, 6, 5, 4, 3, 2, 1}
	switch payload[binary.LittleEndian.Uint32(payload)] {
	case 5:
		return append(sized(0xE3, slices.Concat([]byte{8, 8}, id, []byte{0})), done(0)...)
	case 7:
		return append(sized(0xE3, slices.Concat([]byte{9, 0, 8}, id)), done(0)...)
	default:
		return append(sized(0xE3, slices.Concat([]byte{10, 0, 8}, id)), done(0)...)
	}
}
