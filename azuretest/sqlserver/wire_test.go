package sqlserver_test

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest/sqlserver"
)

// Kinds of packets.
const (
	kindBatch       = 1
	kindRPC         = 3
	kindTransaction = 14
	kindLogin       = 16
	kindPrelogin    = 18
)

// wire is a client that sends what it likes.
type wire struct{ net.Conn }

// dialWire connects in memory, without a word.
func (w world) dialWire(tb testing.TB) wire {
	tb.Helper()
	conn, err := w.sql.Dialer().DialContext(tb.Context(), "tcp", sqlserver.Host+":1433")
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = conn.Close() }) // the server may have closed it
	return wire{conn}
}

// loginWire connects and logs in, in the strict way.
func (w world) loginWire(tb testing.TB, token string) wire {
	tb.Helper()
	config := w.sql.TLSConfig()
	config.ServerName = sqlserver.Host
	return w.dialWire(tb).strict(tb, config, token)
}

// strict puts TLS on the connection and logs in.
func (c wire) strict(tb testing.TB, config *tls.Config, token string) wire {
	tb.Helper()
	config.NextProtos = []string{"tds/8.0"}
	layer := wire{tls.Client(c.Conn, config)}
	layer.send(tb, kindPrelogin, prelogin())
	layer.answer(tb)
	layer.send(tb, kindLogin, login7(token))
	require.Contains(tb, string(layer.answer(tb)), wide("Microsoft SQL Server"))
	return layer
}

// packet is one packet.
func packet(kind, status byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{kind, status}, uint16(8+len(body))), append([]byte{0, 0, 1, 0}, body...)...)
}

// packets is a whole message.
func packets(kind byte, body []byte) []byte {
	var out []byte
	for len(body) > 4000 {
		out = append(out, packet(kind, 0, body[:4000])...)
		body = body[4000:]
	}
	return append(out, packet(kind, 1, body)...)
}

func (c wire) send(tb testing.TB, kind byte, body []byte) {
	tb.Helper()
	_, err := c.Write(packets(kind, body))
	require.NoError(tb, err)
}

// answer reads one message.
func (c wire) answer(tb testing.TB) []byte {
	tb.Helper()
	out, err := c.read()
	require.NoError(tb, err)
	return out
}

func (c wire) read() ([]byte, error) {
	if err := c.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		return nil, err
	}
	var out []byte
	for {
		head := make([]byte, 8)
		if _, err := io.ReadFull(c, head); err != nil {
			return out, err
		}
		size := int64(binary.BigEndian.Uint16(head[2:])) - 8
		kept := &tail{out: out}
		if _, err := io.CopyN(kept, c, size); err != nil {
			return out, err
		}
		if out = kept.out; head[1]&1 != 0 {
			return out, nil
		}
	}
}

// tail keeps the end of an answer: that is where it says how things went.
type tail struct{ out []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.out = append(t.out, p...)
	if drop := len(t.out) - 64<<10; drop > 0 {
		t.out = append(t.out[:0], t.out[drop:]...)
	}
	return len(p), nil
}

// CloseWrite ends what the client says.
func (c wire) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Close()
}

// closed reports whether the server hangs up, and does not let the client wait.
func (c wire) closed() bool {
	for {
		_, err := c.read()
		if err != nil {
			timeout, ok := errors.AsType[net.Error](err)
			return !ok || !timeout.Timeout()
		}
	}
}

func utf16Bytes(s string) []byte {
	var out []byte
	for _, c := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, c)
	}
	return out
}

// prelogin asks for encryption, and says that federated authentication is known.
func prelogin() []byte {
	return []byte{
		0, 0, 16, 0, 6, 1, 0, 22, 0, 1, 6, 0, 23, 0, 1, 0xff, // version, encryption, federated authentication
		0, 0, 0, 0, 0, 0, 1, 1,
	}
}

// login7 is a login with a token.
func login7(token string) []byte {
	const fixed = 94
	database := utf16Bytes(sqlserver.Database)
	extension := fixed + len(database)
	out := make([]byte, fixed)
	binary.LittleEndian.PutUint32(out[4:], 0x08000000)
	binary.LittleEndian.PutUint32(out[8:], 4096)
	out[27] = 0x10
	for _, at := range []int{36, 40, 44, 48, 52, 60, 64, 68, 78, 82, 86} {
		binary.LittleEndian.PutUint16(out[at:], fixed)
	}
	binary.LittleEndian.PutUint16(out[70:], uint16(len(sqlserver.Database)))
	binary.LittleEndian.PutUint16(out[56:], uint16(extension))
	binary.LittleEndian.PutUint16(out[58:], 4)
	out = append(out, database...)
	out = binary.LittleEndian.AppendUint32(out, uint32(extension+4))
	secret := utf16Bytes(token)
	out = binary.LittleEndian.AppendUint32(append(out, 2), uint32(5+len(secret)))
	out = binary.LittleEndian.AppendUint32(append(out, 1<<1), uint32(len(secret)))
	out = append(append(out, secret...), 0xff)
	binary.LittleEndian.PutUint32(out, uint32(len(out)))
	return out
}

// headers are ALL_HEADERS, without a transaction.
func headers() []byte {
	out := make([]byte, 22)
	out[0], out[4], out[8], out[18] = 22, 18, 2, 1
	return out
}

// within puts a request into a transaction.
func within(descriptor uint64, request []byte) []byte {
	binary.LittleEndian.PutUint64(request[10:], descriptor)
	return request
}

// begun returns the descriptor of the transaction that has begun.
func begun(tb testing.TB, answer string) uint64 {
	tb.Helper()
	_, after, ok := strings.Cut(answer, "\xe3\x0b\x00\x08\x08")
	require.True(tb, ok, "a transaction has begun: %q", answer)
	return binary.LittleEndian.Uint64([]byte(after))
}

func batch(text string) []byte { return append(headers(), utf16Bytes(text)...) }

// rpc is a call of a procedure by its number.
func rpc(procedure uint16, params ...[]byte) []byte {
	out := append(headers(), 0xff, 0xff)
	out = binary.LittleEndian.AppendUint16(out, procedure)
	return append(append(out, 0, 0), bytes.Join(params, nil)...)
}

// textParam is a parameter of type nvarchar(max).
func textParam(text string) []byte {
	value := utf16Bytes(text)
	out := plpHead(uint64(len(value)))
	if text == "" {
		return append(out, 0, 0, 0, 0)
	}
	out = binary.LittleEndian.AppendUint32(out, uint32(len(value)))
	return binary.LittleEndian.AppendUint32(append(out, value...), 0)
}

// plpHead is a parameter of type nvarchar(max) up to the announced length.
func plpHead(size uint64) []byte {
	return binary.LittleEndian.AppendUint64([]byte{0, 0, 0xe7, 0xff, 0xff, 9, 4, 0xd0, 0, 0x34}, size)
}
