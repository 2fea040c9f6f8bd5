package tds

import "time"

// What a client can make the server hold. A message that is longer ends the
// connection. A request is held once as it came and once decoded, and UTF-8 takes
// up to half as much again as UTF-16.
const (
	maxPrelogin  = 4 << 10
	maxLogin     = 128 << 10 // tokens are a few KiB
	maxFedAuth   = 64 << 10
	maxHandshake = 64 << 10 // one flight of TLS
	maxEarly     = 64 << 10 // that comes before it is wanted
	maxRequest   = 2 << 20
	maxParams    = 2100    // of a request, as in the real server
	maxPrepared  = 1 << 20 // bytes of statements that one session keeps
	maxHandles   = 1024    // statements that one session keeps
)

// maxHeld is how much of an answer is made before the first of it is sent. A
// statement that is read to its end holds up nobody who wants to write, however
// slowly its client reads.
const maxHeld = 1 << 20

// patience is how long a client may take to log in.
const patience = 30 * time.Second

// Sizes of packets. Under TLS no more than one record of 16 KiB.
const (
	minPacket     = 512
	defaultPacket = 4096
	maxPacket     = 32767
	maxTLSPacket  = 16383
)
