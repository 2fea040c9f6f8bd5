package azuresql_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The fake is a TDS server that misbehaves on demand, where package
// azuretest/sqlserver is one that behaves.

// stage is where a fake falls silent: it reads on and answers no more.
type stage int

const (
	never stage = iota
	atPrelogin
	atTLS
	atLogin
	atQuery
)

// fake serves each connection that it is dialled for.
type fake struct {
	silent     stage
	encryption []byte // of the PRELOGIN answer; nil: on
	strict     bool
	flood      bool // a PRELOGIN answer without an end
	// login answers the nth login, from 0; nil lets everybody in.
	login func(n int, token string) []byte
	// query answers statements; nil: with the number 1.
	query func(text string) []byte

	slowBegin, slowEnd time.Duration // of transactions

	// started is told of each statement, with its connection's token and client.
	started func(token string, client net.Addr)
	hushed  chan struct{} // closed by the first silence, if it is made

	cert    tls.Certificate
	mu      sync.Mutex // guards what follows
	tokens  []string
	dialled []string
	queries []string
	inside  []uint64     // the transaction of each query, zero for none
	seen    bytes.Buffer // what clients sent, as on the wire
	open    map[net.Conn]bool
	serving sync.WaitGroup
}

const fakeHost = "myserver.database.windows.net"

func newFake(tb testing.TB) *fake {
	tb.Helper()
	f := &fake{cert: selfSigned(tb, fakeHost, "worker.database.windows.net", "127.0.0.1"), open: map[net.Conn]bool{}}
	tb.Cleanup(f.hangUp)
	return f
}

// selfSigned makes a certificate that is its own authority.
func selfSigned(tb testing.TB, names ...string) tls.Certificate {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
			continue
		}
		template.DNSNames = append(template.DNSNames, name)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(tb, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(tb, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// trust is what a client needs to believe the fake.
func (f *fake) trust() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(f.cert.Leaf)
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

// DialContext makes the fake a Dialer, in memory.
func (f *fake) DialContext(_ context.Context, _, addr string) (net.Conn, error) {
	client, server := net.Pipe()
	f.serve(addr, server)
	return client, nil
}

func (f *fake) serve(addr string, conn net.Conn) {
	f.mu.Lock()
	f.dialled = append(f.dialled, addr)
	f.open[conn] = true
	f.mu.Unlock()
	f.serving.Go(func() {
		defer func() { _ = conn.Close() }()
		s := &fakeSession{fake: f, wire: &recorder{Conn: conn, fake: f}}
		s.run()
	})
}

// hangUp closes all connections and waits for those who serve them.
func (f *fake) hangUp() {
	f.mu.Lock()
	for conn := range f.open {
		_ = conn.Close()
	}
	clear(f.open)
	f.mu.Unlock()
	f.serving.Wait()
}

// drop closes all connections of now.
func (f *fake) drop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for conn := range f.open {
		_ = conn.Close()
	}
	clear(f.open)
}

func (f *fake) logins() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.tokens...)
}

// transactions are those that the queries were sent in.
func (f *fake) transactions() []uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]uint64(nil), f.inside...)
}

func (f *fake) dials() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.dialled...)
}

// captured is all that clients have sent.
func (f *fake) captured() []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return bytes.Clone(f.seen.Bytes())
}

// recorder keeps what is read.
type recorder struct {
	net.Conn
	fake *fake
}

func (r *recorder) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	r.fake.mu.Lock()
	defer r.fake.mu.Unlock()
	r.fake.seen.Write(p[:n])
	return n, err
}

// listen puts the fake behind a loopback socket. wrap, if not nil, gets each
// connection of a client.
func (f *fake) listen(tb testing.TB, wrap func(net.Conn) net.Conn) dialerFunc {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = listener.Close() })
	f.serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			f.serve(listener.Addr().String(), conn)
		}
	})
	tb.Cleanup(func() { _ = listener.Close() }) // before hangUp waits
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, listener.Addr().String())
		if err == nil && wrap != nil {
			conn = wrap(conn)
		}
		return conn, err
	}
}

type dialerFunc func(ctx context.Context, network, addr string) (net.Conn, error)

func (d dialerFunc) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return d(ctx, network, addr)
}
