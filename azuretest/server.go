package azuretest

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A Server is one Azure of its own: identities, services, clock and request
// log. Make it with [New] or [Start]. All methods are safe for concurrent use.
type Server struct {
	offset     atomic.Int64 // of the clock, in nanoseconds
	empty      bool         // made with Empty
	signer     *signer
	identities identities
	platform   platform // what hands out tokens on the virtual machine
	hosting    hosting  // what hands them out elsewhere
	arc        arcAgent
	kubelet    kubelet
	vaults     vaults
	lakes      lakes
	arm        resourceManager
	faults     faults
	log        requestLog
	issued     issued

	http         http.Server
	certificates certificates
	conns        sync.WaitGroup // one for each connection that is served

	mu         sync.Mutex // guards what follows
	closed     bool
	transports []*http.Transport
	open       map[*serverConn]bool
}

// New starts a Server that ends with the test. It fails the test if it cannot.
//
// In a testing/synctest bubble it also lets ten minutes of the bubble's time pass
// at the end, so that what clients do in the background, such as trying again for a
// token that nobody waits for any more, is over before the bubble is.
func New(tb testing.TB, options ...Option) *Server {
	tb.Helper()
	s, err := Start(options...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
		settle(tb)
	})
	return s
}

// Start starts a Server where there is no test: programs and Examples. It does
// no I/O. Close it after use.
func Start(options ...Option) (*Server, error) {
	var set settings
	for _, option := range options {
		option(&set)
	}
	key, err := newSigner()
	if err != nil {
		return nil, err
	}
	s := &Server{signer: key, empty: set.empty, open: map[*serverConn]bool{}}
	s.identities.system = s.newIdentity(machineName, machineResourceID())
	s.platform.life = defaultTokenLife
	s.setUpHTTP()
	if !set.empty {
		s.seedTutorials()
	}
	return s, nil
}

// Close ends all connections and requests, and returns when nobody serves any
// more. Clients of a closed Server fail to connect. A second Close does nothing.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	transports, open := s.transports, s.open
	s.transports, s.open = nil, nil
	s.mu.Unlock()
	for _, t := range transports {
		t.CloseIdleConnections()
	}
	for c := range open {
		c.abandon()
	}
	s.conns.Wait()
	s.log.close()
	s.kubelet.stop()
	s.arc.removeKeys()
	s.lakes.close()
	return nil
}

// Now returns the time on the Server's clock: the real time, or the bubble's in
// a testing/synctest bubble, and what [Server.Advance] has added.
func (s *Server) Now() time.Time {
	return time.Now().Round(0).Add(time.Duration(s.offset.Load()))
}

// Advance moves the Server's clock by d, back if d is negative: tokens and
// secrets age. Nobody is woken; a [Fault] still delays by real time. The clocks of
// clients stay, so that they go on with tokens that services refuse: to see a token
// renewed in time, let time pass in a testing/synctest bubble.
func (s *Server) Advance(d time.Duration) {
	s.offset.Add(int64(d))
	s.kubelet.rotate(s)
}
