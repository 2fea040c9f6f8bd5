package azuresql_test

import (
	"crypto/tls"
	"io"
	"net"
	"slices"
	"time"
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
			if begins(payload) {
				time.Sleep(s.fake.slowBegin) // in a bubble
			} else {
				time.Sleep(s.fake.slowEnd)
			}
			reply = transaction(payload)
		case typeBatch, typeRPC:
			text := batchText(payload)
			s.fake.mu.Lock()
			s.fake.queries = append(s.fake.queries, text)
			s.fake.inside = append(s.fake.inside, batchTransaction(payload))
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
