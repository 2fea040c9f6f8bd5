package tds

import (
	"errors"
	"fmt"
)

// Error is a message of the server, sent as ERROR, or as INFO if its class is 10 or
// less.
type Error struct {
	Number    int32
	State     byte
	Class     byte // severity: from 20 on the connection ends
	Message   string
	Procedure string
	Line      int32
}

// Error returns the number and the text.
func (e *Error) Error() string { return fmt.Sprintf("%d: %s", e.Number, e.Message) }

// Fatal reports whether the connection ends.
func (e *Error) Fatal() bool { return e.Class >= 20 }

// ErrHangUp is what a [Handler] or [Session] returns to end the connection without
// an answer.
var ErrHangUp = errors.New("tds: hang up")

// GarbageError is what a [Handler] or [Session] returns to send these bytes in place of
// an answer.
type GarbageError []byte

// Error says what it is.
func (g GarbageError) Error() string { return fmt.Sprintf("tds: %d bytes of garbage", len(g)) }

// RouteError is what a [Handler] returns from Login to send the client elsewhere.
type RouteError struct {
	Host string
	Port uint16
}

// Error says where to.
func (r *RouteError) Error() string { return fmt.Sprintf("tds: go to %s port %d", r.Host, r.Port) }
