package tds

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Conn is the server's end of one connection.
type Conn struct {
	handler Handler
	config  *tls.Config
	raw     *attentive
	wire    net.Conn // the raw connection, or TLS on it
	secured bool
	spid    uint16
	size    int // of packets
	tran    transactionState

	session  Session
	prepared prepared

	mu        sync.Mutex // guards what follows
	running   context.CancelFunc
	attention bool // has come for what is running
	idle      atomic.Bool
	closing   atomic.Bool // nothing is served any more
}

// NewConn returns the server's end of a connection that a client has opened. The
// number is what the client will know its session by. The connection is closed when
// Serve returns.
func NewConn(raw net.Conn, config *tls.Config, handler Handler, number uint16) *Conn {
	c := &attentive{Conn: raw}
	return &Conn{handler: handler, config: config, raw: c, wire: c, spid: number, size: defaultPacket}
}

// Idle reports whether a client is logged in and waits for nothing.
func (c *Conn) Idle() bool { return c.idle.Load() }

// Close closes the connection without a word. As behind a real socket, the client can
// still write, and then reads its end.
func (c *Conn) Close() {
	c.closing.Store(true)
	if half, ok := c.raw.Conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
		return
	}
	_ = c.raw.Close()
}

// Serve serves the connection until the client leaves or ctx ends.
func (c *Conn) Serve(ctx context.Context) {
	defer c.raw.Close() //nolint:errcheck // nobody is left to tell
	stop := context.AfterFunc(ctx, func() { _ = c.raw.Close() })
	defer stop()
	_ = c.raw.SetDeadline(time.Now().Add(patience))
	if err := c.open(ctx); err != nil {
		c.refuse(err)
		return
	}
	defer c.session.Close()
	_ = c.raw.SetDeadline(time.Time{})
	c.serveRequests(ctx)
}

// open does all that comes before requests.
func (c *Conn) open(ctx context.Context) error {
	first, err := c.raw.peek()
	if err != nil {
		return ErrHangUp
	}
	strict := first == tlsHandshake
	if strict {
		if err := c.secure(ctx, c.raw, "tds/8.0"); err != nil {
			return err
		}
	}
	hello, encryption, err := c.hello(ctx)
	if err != nil {
		return err
	}
	below := &handshakeConn{Conn: c.raw, exact: encryption == EncryptOff}
	if !strict && encryption != EncryptNotSupported {
		if err := c.secure(ctx, below, ""); err != nil {
			return err
		}
		below.raw = true
	}
	return c.login(ctx, hello, encryption, strict)
}

// tlsHandshake is the first byte of TLS.
const tlsHandshake = 0x16

// secure puts TLS between c.wire and what is below.
func (c *Conn) secure(ctx context.Context, below net.Conn, protocol string) error {
	if err := c.raw.during(ctx, c.handler.Secure); err != nil {
		return err
	}
	config := c.config.Clone()
	if protocol != "" {
		config.NextProtos = []string{protocol}
	}
	layer := tls.Server(below, config)
	if err := layer.HandshakeContext(ctx); err != nil {
		return ErrHangUp // TLS itself has told the client
	}
	c.wire, c.secured = layer, true
	return nil
}

func (c *Conn) hello(ctx context.Context) (prelogin, Encryption, error) {
	m, err := readMessage(c.wire, maxPrelogin)
	if err != nil || m.kind != kindPrelogin {
		return prelogin{}, 0, ErrHangUp
	}
	hello, err := parsePrelogin(m.body)
	if err != nil {
		return hello, 0, ErrHangUp
	}
	encryption := EncryptOn
	err = c.raw.during(ctx, func(ctx context.Context) (err error) {
		encryption, err = c.handler.Hello(ctx)
		return err
	})
	if err != nil {
		return hello, 0, err
	}
	return hello, encryption, c.reply(hello.answer(encryption))
}

// reply sends a message of tokens, or what stands in their place.
func (c *Conn) reply(tokens []byte) error {
	_, err := c.wire.Write(appendPackets(nil, kindReply, c.spid, c.size, tokens, true))
	return err
}

// refuse tells the client why the connection ends, if there is something to say.
func (c *Conn) refuse(err error) {
	if g, ok := errors.AsType[GarbageError](err); ok {
		_ = c.reply(g)
	}
	if e, ok := errors.AsType[*Error](err); ok {
		_ = c.reply(appendDone(appendMessage(nil, e), tokenDone, doneError, 0, 0))
	}
	c.linger()
}

// linger reads what the client is still sending. A connection that is closed with
// bytes unread is reset, and the client might lose the answer.
func (c *Conn) linger() {
	_ = c.raw.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if half, ok := c.raw.Conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
		buf := make([]byte, defaultPacket)
		for n := 0; n < maxRequest; n += defaultPacket {
			if _, err := c.raw.Read(buf); err != nil {
				return
			}
		}
	}
}
