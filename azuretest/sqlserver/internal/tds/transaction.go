package tds

import "fmt"

// What a transaction manager request asks for.
const (
	transactionBegin    = 5
	transactionCommit   = 7
	transactionRollback = 8
	transactionSave     = 9
)

// Isolation is a transaction isolation level.
type Isolation byte

// The levels, with the numbers they have on the wire.
const (
	IsolationUnchanged Isolation = iota
	ReadUncommitted
	ReadCommitted
	RepeatableRead
	Serializable
	Snapshot
)

// transactionRequest is a parsed transaction manager request.
type transactionRequest struct {
	kind      uint16
	name      string
	isolation Isolation
	next      *transactionRequest // to begin after a commit or rollback
}

func parseTransaction(body []byte) (*transactionRequest, error) {
	c := &cursor{data: body}
	r := &transactionRequest{kind: c.u16()}
	switch r.kind {
	case transactionBegin:
		r.isolation = Isolation(c.u8())
		r.name = c.transactionName(0)
	case transactionCommit, transactionRollback:
		r.name = c.transactionName(1)
		if flags := c.u8(); flags&1 != 0 {
			r.next = &transactionRequest{kind: transactionBegin, isolation: Isolation(c.u8())}
			r.next.name = c.transactionName(0)
		}
	case transactionSave:
		r.name = c.transactionName(0)
	default:
		return nil, fmt.Errorf("tds: transaction manager request %d is not supported", r.kind)
	}
	if c.err == nil && (r.isolation > Snapshot || r.next != nil && r.next.isolation > Snapshot) {
		c.fail("there is no isolation level %d", r.isolation)
	}
	return r, c.err
}

// transactionState is what a connection knows of its transaction.
type transactionState struct {
	last uint64 // descriptor
	open bool
}

func (t *transactionState) descriptor() []byte {
	return put64(nil, t.last)
}

// resume refuses a request that is not for the connection's transaction. One that
// resets the connection may still name the transaction that ends by that; one that begins
// a transaction need not name that around it.
func (t *transactionState) resume(descriptor uint64, m *message) error {
	reset := m.status&(statusReset|statusResetKeep) != 0
	switch {
	case t.open && descriptor == 0 && m.kind != kindTransaction:
		return &Error{Number: 3989, Class: 16, State: 1, Message: "New request is not allowed to start because it should come with valid transaction descriptor."}
	case descriptor == 0, descriptor == t.last && (t.open || reset):
		return nil
	}
	return &Error{Number: 3971, Class: 16, State: 1, Message: fmt.Sprintf("The server failed to resume the transaction. Desc:%x.", descriptor)}
}

// transactionName reads a name with its length before it and so many bytes behind.
// The length is in bytes, but some drivers count characters.
func (c *cursor) transactionName(behind int) string {
	n := int(c.u8())
	if n > 0 && 2*n+behind == len(c.data) {
		n *= 2
	}
	return DecodeUTF16(c.bytes(n))
}
