//go:build !race

package sqlserver_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/sqlserver"
)

// most is what a client can make the server hold: Go's memory and SQLite's.
const most = 16 << 20

// awhile is how long a client lets a request run that does not end by itself.
const awhile = 100 * time.Millisecond

// TestHostileMemory lets a hostile client at a server in a process of its own, and asks
// the operating system how much that process has ever held. A process with the race
// detector holds many times as much, so that there is no such test.
func TestHostileMemory(t *testing.T) {
	v := startVictim(t)
	v.measure(func() { require.Contains(t, v.batch("SELECT 'warm'"), "warm") })
	all := v.attacks()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			v.t = t
			held := v.measure(all[name])
			t.Logf("%.1f MiB", float64(held)/(1<<20))
			require.Less(t, held, most)
			require.Contains(t, v.batch("SELECT 'fine'"), "fine", "the server serves others")
		})
	}
}

// victim is the server in another process.
type victim struct {
	t              *testing.T // that is running
	process        *exec.Cmd
	orders         io.Writer
	reports        *bufio.Reader
	address, token string
}

// victimEnv makes the test binary a victim.
const victimEnv = "SQLSERVER_TEST_VICTIM"

func TestMain(m *testing.M) {
	if os.Getenv(victimEnv) != "" {
		beVictim()
		return
	}
	os.Exit(m.Run())
}

// beVictim serves until there are no more orders. An order frees what can be freed.
func beVictim() {
	debug.SetGCPercent(10) // what matters is what is held, not what is left lying
	srv, err := azuretest.Start()
	if err != nil {
		panic(err)
	}
	defer srv.Close()
	s, err := sqlserver.Start(srv)
	if err != nil {
		panic(err)
	}
	defer s.Close()
	fmt.Println(s.Addr(), srv.SignedInUser().Token(resource, time.Hour))
	for orders := bufio.NewScanner(os.Stdin); orders.Scan(); fmt.Println("free") {
		debug.FreeOSMemory()
	}
}

func startVictim(t *testing.T) *victim {
	t.Helper()
	v := &victim{t: t, process: exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0])}
	v.process.Env = append(os.Environ(), victimEnv+"=1")
	v.process.Stderr = os.Stderr
	in, err := v.process.StdinPipe()
	require.NoError(t, err)
	out, err := v.process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, v.process.Start())
	t.Cleanup(func() {
		require.NoError(t, in.Close())
		require.NoError(t, v.process.Wait())
	})
	v.orders, v.reports = in, bufio.NewReader(out)
	_, err = fmt.Fscan(v.reports, &v.address, &v.token)
	require.NoError(t, err)
	_, err = v.reports.ReadString('\n')
	require.NoError(t, err)
	return v
}

// measure returns how much more memory the victim has held while it was attacked.
func (v *victim) measure(attack func()) int {
	v.t.Helper()
	_, err := io.WriteString(v.orders, "free\n")
	require.NoError(v.t, err)
	_, err = v.reports.ReadString('\n')
	require.NoError(v.t, err)
	folder := fmt.Sprintf("/proc/%d/", v.process.Process.Pid)
	require.NoError(v.t, os.WriteFile(folder+"clear_refs", []byte("5"), 0)) // the peak starts again
	before := memory(v.t, folder, "VmRSS")
	attack()
	return memory(v.t, folder, "VmHWM") - before
}

func memory(t *testing.T, folder, field string) int {
	t.Helper()
	status, err := os.ReadFile(folder + "status")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(status), "\n"+field+":")
	require.True(t, ok)
	kib := 0
	_, err = fmt.Sscan(rest, &kib)
	require.NoError(t, err)
	return kib << 10
}

func (v *victim) dial() wire {
	conn, err := (&net.Dialer{}).DialContext(v.t.Context(), "tcp", v.address)
	require.NoError(v.t, err)
	v.t.Cleanup(func() { _ = conn.Close() }) // the server may have closed it
	return wire{conn}
}

func (v *victim) login() wire {
	return v.dial().strict(v.t, &tls.Config{InsecureSkipVerify: true}, v.token)
}

// batch runs T-SQL on a connection of its own and returns the end of what is sent back.
func (v *victim) batch(text string) string {
	c := v.login()
	c.send(v.t, kindBatch, batch(text))
	out := string(c.answer(v.t))
	require.NoError(v.t, c.Close())
	return out
}

type attacks map[string]func()

func (v *victim) attacks() attacks {
	all := attacks{}
	v.addPackets(all)
	v.addCalls(all)
	v.addFloods(all)
	v.addStatements(all)
	return all
}

// flood sends the same again and again, until the server hangs up or the client has
// sent 64 MiB.
func flood(c wire, what []byte) bool {
	for n := 0; n < 64<<20; n += len(what) {
		if _, err := c.Write(what); err != nil {
			return true
		}
	}
	return false
}

// addPackets adds messages that never end, before and after a login.
func (v *victim) addPackets(all attacks) {
	full := make([]byte, 32000)
	endless := func(kind byte, connect func() wire) func() {
		return func() { require.True(v.t, flood(connect(), packet(kind, 0, full))) }
	}
	all["endless PRELOGIN"] = endless(kindPrelogin, v.dial)
	all["endless batch"] = endless(kindBatch, v.login)
	all["endless RPC"] = endless(kindRPC, v.login)
	all["endless transaction request"] = endless(kindTransaction, v.login)
	all["empty packets"] = func() {
		c := v.login()
		for range 10_000 {
			_, err := c.Write(packet(kindBatch, 0, nil))
			require.NoError(v.t, err)
		}
		c.send(v.t, kindBatch, batch("SELECT 'after all'"))
		require.Contains(v.t, string(c.answer(v.t)), "after all")
	}
	all["endless login"] = func() {
		layer := wire{tls.Client(v.dial().Conn, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"tds/8.0"}})}
		layer.send(v.t, kindPrelogin, prelogin())
		layer.answer(v.t)
		require.True(v.t, flood(layer, packet(kindLogin, 0, full)))
	}
	all["endless TLS handshake"] = func() {
		c := v.dial()
		c.send(v.t, kindPrelogin, prelogin())
		c.answer(v.t)
		require.True(v.t, flood(c, packet(kindPrelogin, 0, full)))
	}
	all["noise"] = func() { require.True(v.t, flood(v.dial(), bytes.Repeat([]byte{0x12, 0, 0xff}, 10_000))) }
}

// addCalls adds calls whose lengths lie.
func (v *victim) addCalls(all attacks) {
	call := func(want string, body []byte) func() {
		return func() {
			c := v.login()
			c.send(v.t, kindRPC, body)
			require.Contains(v.t, string(c.answer(v.t)), wide(want))
		}
	}
	const stream = "protocol stream is incorrect"
	all["PLP that promises much"] = call(stream, rpc(10, plpHead(1<<62), []byte{0xff, 0xff, 0xff, 0x7f, 1, 2}))
	all["PLP of unknown length"] = call(stream, rpc(10, plpHead(math.MaxUint64-1), []byte{0xf0, 0xff, 0xff, 0xff}))
	small := bytes.Repeat([]byte{1, 0, 0, 0, 'x'}, 400_000)
	all["PLP of single bytes"] = call("is too long", rpc(10, plpHead(400_000), small, make([]byte, 4)))
	long := binary.LittleEndian.AppendUint32([]byte{0, 0, 0x22, 0xff, 0xff, 0xff, 0x7f}, math.MaxUint32-1)
	all["image that promises much"] = call(stream, rpc(10, textParam("SELECT 1"), textParam(""), long))
	all["too many parameters"] = call("too many parameters", rpc(10, bytes.Repeat([]byte{0, 0, 0x1f}, 500_000)))
	all["many calls"] = func() {
		c := v.login()
		c.send(v.t, kindRPC, append(rpc(15), bytes.Repeat([]byte{0xff, 0xff, 0xff, 15, 0, 0, 0}, 200_000)...))
		c.answer(v.t)
	}
	v.addLarge(all)
}

// addLarge adds parameters that are as large as they may be.
func (v *victim) addLarge(all attacks) {
	all["large parameters"] = func() {
		c := v.login()
		text := strings.Repeat("€", 330_000)
		c.send(v.t, kindRPC, rpc(10, textParam("SELECT @a, @b, @c"), textParam("@a nvarchar(max), @b nvarchar(max), @c nvarchar(max)"),
			textParam(text), textParam(text), textParam(text)))
		require.NotEmpty(v.t, c.answer(v.t))
	}
	all["large ASCII parameter"] = func() {
		c := v.login()
		c.send(v.t, kindRPC, rpc(10, textParam("SELECT @a"), textParam("@a nvarchar(max)"), textParam(strings.Repeat("x", 1_000_000))))
		require.Contains(v.t, string(c.answer(v.t)), wide("xxxxxxxx"))
	}
	all["prepared statements"] = func() {
		c := v.login()
		handle := []byte{0, 1, 0x26, 4, 0}
		out := ""
		for range 40 {
			c.send(v.t, kindRPC, rpc(11, handle, textParam(""), textParam("SELECT 1 --"+strings.Repeat("x", 60_000))))
			out = string(c.answer(v.t))
		}
		require.Contains(v.t, out, wide("insufficient system memory"))
	}
}

// addFloods adds what is small, but many.
func (v *victim) addFloods(all attacks) {
	all["requests"] = func() {
		c := v.login()
		request := packets(kindBatch, batch("--"+strings.Repeat("x", 3000)))
		const ahead = 100 // requests that are sent before the first is answered
		requests := bytes.Repeat(request, ahead)
		for range 11_000 / ahead {
			_, err := c.Write(requests)
			require.NoError(v.t, err)
			for range ahead {
				c.answer(v.t)
			}
		}
	}
	all["messages that nobody reads"] = func() {
		c := v.login()
		c.send(v.t, kindBatch, batch("WHILE 1 = 1 PRINT REPLICATE(N'x', 2000)"))
		<-time.After(awhile)
		require.NoError(v.t, c.Close())
	}
	all["rows that nobody reads"] = func() {
		c := v.login()
		c.send(v.t, kindBatch, batch(endless+"SELECT REPLICATE('x', 8000) FROM n OPTION (MAXRECURSION 0)"))
		<-time.After(awhile)
		require.NoError(v.t, c.Close())
	}
	all["half logins"] = func() {
		for range 50 {
			v.dial().send(v.t, kindPrelogin, prelogin())
		}
	}
}
