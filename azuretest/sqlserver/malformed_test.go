package sqlserver_test

import (
	"crypto/tls"
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest/sqlserver"
)

// tries is how many broken messages of each kind are sent.
const tries = 500

// mutate changes a few bytes of a message, or its length.
func mutate(r *rand.Rand, message []byte) []byte {
	out := append([]byte(nil), message...)
	for range 1 + r.IntN(4) {
		at := r.IntN(len(out))
		switch r.IntN(5) {
		case 0:
			out[at] = byte(r.Uint32())
		case 1:
			out[at] ^= 1 << r.IntN(8)
		case 2:
			out = out[:at+1]
		case 3:
			out = append(out[:at], append([]byte{0xff, 0xff, 0xff, 0xff}, out[at:]...)...)
		case 4:
			if at+4 <= len(out) {
				binary.LittleEndian.PutUint32(out[at:], r.Uint32())
			}
		}
	}
	return out
}

// noise is bytes without sense.
func noise(r *rand.Rand) []byte {
	out := make([]byte, 1+r.IntN(200))
	for i := range out {
		out[i] = byte(r.Uint32())
	}
	return out
}

// Whatever comes before a login: no panic, nobody waits, and the next one is served.
func TestMalformedLogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.SystemIdentity().Token(resource, time.Hour)
	config := w.sql.TLSConfig()
	config.ServerName, config.NextProtos = sqlserver.Host, []string{"tds/8.0"}
	r := rand.New(rand.NewPCG(1, 2)) // the same each time
	for range tries {
		c := w.dialWire(t)
		if r.IntN(2) == 0 {
			_, _ = c.Write(packets(kindPrelogin, mutate(r, prelogin())))
		} else {
			_, _ = c.Write(noise(r))
		}
		require.NoError(t, c.CloseWrite())
		require.True(t, c.closed())
	}
	for range tries / 10 {
		layer := wire{tls.Client(w.dialWire(t).Conn, config.Clone())}
		layer.send(t, kindPrelogin, prelogin())
		layer.answer(t)
		_, _ = layer.Write(packets(kindLogin, mutate(r, login7(token))))
		require.NoError(t, layer.Conn.(*tls.Conn).CloseWrite())
		require.True(t, layer.closed())
	}
	require.Equal(t, "4", show(t, w.machine(t), "SELECT COUNT(*) FROM Employees"))
}

// Whatever comes after it: an answer, or the end of the connection.
func TestMalformedRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.SystemIdentity().Token(resource, time.Hour)
	requests := map[byte][]byte{
		kindBatch:       batch("SELECT Name, @@ROWCOUNT FROM Employees WHERE ID IN (1, 2) ORDER BY Name"),
		kindRPC:         rpc(10, textParam("SELECT @p1"), textParam("@p1 nvarchar(max)"), textParam("x")),
		kindTransaction: append(headers(), 5, 0, 2, 2, 'x', 0),
		7:               []byte("bulk"),
		8:               []byte("token"),
		6:               {},
		99:              []byte("unknown"),
	}
	var group sync.WaitGroup
	for kind, request := range requests {
		group.Go(func() {
			r := rand.New(rand.NewPCG(3, uint64(kind))) // the same each time
			c := w.loginWire(t, token)
			for range tries / len(requests) * 2 {
				broken := request
				if len(request) > 0 {
					broken = mutate(r, request)
				}
				message := packets(kind, broken)
				message[1] |= byte(r.IntN(32)) // ignore, reset
				_, writing := c.Write(message)
				if _, err := c.read(); writing != nil || err != nil {
					c = w.loginWire(t, token)
				}
			}
		})
	}
	group.Wait()
	require.Equal(t, "4", show(t, w.machine(t), "SELECT COUNT(*) FROM Employees"))
}
