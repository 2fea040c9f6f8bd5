package tds

import (
	"errors"
	"io"
)

// Answer is the stream of tokens that answers one request. Methods that write
// return an error when the client is gone.
type Answer struct {
	w    io.Writer
	size int // of packets
	spid uint16
	proc bool // the answer to an RPC
	tran *transactionState

	buf     []byte
	out     []byte // packets made of it
	sending bool   // a part is on its way
	failed  bool   // an error was written since the last DONE
	first   *Error // that was written
	pending *done
	columns []Column
	status  int32   // of the procedure
	params  []Param // whose values are returned
	cutAt   int     // bytes left until the connection is cut; -1: never
	gone    error   // the client is; nothing is kept any more
}

// done is a DONE whose status is not known yet: whether more follows.
type done struct {
	status  uint16
	command uint16
	rows    uint64
}

// Commands, for DONE.
const (
	CommandSelect = 0xc1
	CommandInsert = 0xc3
	CommandDelete = 0xc4
	CommandUpdate = 0xc5
	CommandMerge  = 0x117
)

// Columns starts a result. Its rows follow.
func (a *Answer) Columns(columns []Column) error {
	a.flushDone()
	a.columns = columns
	a.buf = appendColumns(a.buf, columns)
	return a.spill()
}

// Row writes one row, with a value for each column. After an error of a value there is
// nothing of the row, unless a part of it was so long that it has been sent.
func (a *Answer) Row(values []any) error {
	start, sent := len(a.buf), false
	a.buf = append(a.buf, tokenRow)
	for i, v := range values {
		var err error
		if a.buf, err = appendValue(a.buf, a.columns[i].Type, v); err != nil {
			if sent {
				return errors.Join(ErrHangUp, err)
			}
			a.buf = a.buf[:start]
			return err
		}
		if len(a.buf)-start > maxHeld {
			if err := a.spill(); err != nil {
				return err
			}
			start, sent = 0, true
		}
	}
	return a.spill()
}

// Done ends a statement. rows is how many it has returned or changed; -1 says
// nothing about it.
func (a *Answer) Done(command uint16, rows int64) {
	a.flushDone()
	d := &done{command: command}
	if rows >= 0 {
		d.status, d.rows = doneCount, uint64(rows)
	}
	if a.failed {
		d.status |= doneError
	}
	a.failed = false
	a.pending = d
}

// Message sends an error or, if its class is 10 or less, information. Done ends the
// statement that has failed.
func (a *Answer) Message(e *Error) {
	a.flushDone()
	a.buf = appendMessage(a.buf, e)
	_ = a.spill() // whoever writes next gets the error
	a.failed = a.failed || e.Class > 10
	if a.first == nil && e.Class > 10 {
		a.first = e
	}
}

// FirstError returns the first error that was written, or nil.
func (a *Answer) FirstError() *Error { return a.first }

// Began tells that a transaction has begun.
func (a *Answer) Began() {
	a.flushDone()
	a.tran.last++
	a.tran.open = true
	a.buf = appendEnvBytes(a.buf, envBegin, a.tran.descriptor(), nil)
}

// Committed tells that the transaction is committed.
func (a *Answer) Committed() { a.ended(envCommit) }

// RolledBack tells that the transaction is rolled back.
func (a *Answer) RolledBack() { a.ended(envRollback) }

func (a *Answer) ended(kind byte) {
	a.flushDone()
	a.tran.open = false
	a.buf = appendEnvBytes(a.buf, kind, nil, a.tran.descriptor())
}

// CutAfter cuts the connection when so many bytes of the answer are sent.
func (a *Answer) CutAfter(n int) { a.cutAt = n }

// flushDone writes the DONE that is pending: something follows it.
func (a *Answer) flushDone() {
	if a.pending == nil {
		return
	}
	token := byte(tokenDone)
	if a.proc {
		token = tokenDoneInProc
	}
	a.writeDone(token, *a.pending, doneMore)
	a.pending = nil
	_ = a.spill() // whoever writes next gets the error
}

func (a *Answer) writeDone(token byte, d done, status uint16) {
	status |= d.status
	if a.tran.open {
		status |= doneInTransaction
	}
	a.buf = appendDone(a.buf, token, status, d.command, d.rows)
}

// finish ends the answer.
func (a *Answer) finish(extra uint16) error {
	if !a.proc {
		if a.failed {
			extra |= doneError
		}
		if a.pending == nil {
			a.pending = &done{}
		}
		a.writeDone(tokenDone, *a.pending, extra)
		return a.send(true)
	}
	a.endProcedure(extra)
	return a.send(true)
}

// between ends the answer to one of several calls.
func (a *Answer) between() error {
	a.endProcedure(doneMore)
	return a.spill()
}

// endProcedure writes the procedure's status and the values it returns.
func (a *Answer) endProcedure(extra uint16) {
	a.flushDone()
	a.buf = put32(append(a.buf, tokenReturnStatus), a.status)
	if err := a.returnValues(a.params); err != nil {
		a.Message(asError(err))
	}
	if a.failed {
		extra |= doneError
	}
	a.failed = false
	a.writeDone(tokenDoneProc, done{}, extra)
}

func (a *Answer) returnValues(params []Param) error {
	for i, p := range params {
		if !p.Output {
			continue
		}
		start := len(a.buf)
		var err error
		if a.buf, err = appendReturnValue(a.buf, i, p); err != nil {
			a.buf = a.buf[:start]
			return err
		}
	}
	return nil
}

// asError is what the client is told about an error.
func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Number: 50000, Class: 16, State: 1, Message: err.Error()}
}

// spill sends what is there once it is much; see maxHeld.
func (a *Answer) spill() error {
	if a.gone != nil {
		a.buf = a.buf[:0]
		return a.gone
	}
	if len(a.buf) < maxHeld && (!a.sending || len(a.buf) < maxPacket) {
		return nil
	}
	return a.send(false)
}

// send sends whole packets, or all if the answer is complete.
func (a *Answer) send(end bool) error {
	body := a.size - headerSize
	n := len(a.buf)
	if !end {
		n -= n % body
	}
	payload, rest := a.buf[:n], a.buf[n:]
	for step := max(sendAtOnce/body, 1) * body; ; {
		part := payload[:min(step, len(payload))]
		payload = payload[len(part):]
		last := len(payload) == 0
		if len(part) == 0 && !end {
			break
		}
		a.out = appendPackets(a.out[:0], kindReply, a.spid, a.size, part, end && last)
		if err := a.write(a.out); err != nil {
			a.gone = err
			return err
		}
		if last {
			break
		}
	}
	a.sending = true
	a.buf = append(a.buf[:0], rest...)
	return nil
}

// sendAtOnce is how much is given to the connection in one piece.
const sendAtOnce = 64 << 10

// write lets the connection be cut where a test wants it.
func (a *Answer) write(out []byte) error {
	if a.cutAt >= 0 && len(out) >= a.cutAt {
		_, _ = a.w.Write(out[:a.cutAt])
		return ErrHangUp
	}
	if a.cutAt >= 0 {
		a.cutAt -= len(out)
	}
	_, err := a.w.Write(out)
	return err
}

// Discard returns an Answer that goes nowhere.
func Discard() *Answer {
	return &Answer{w: io.Discard, size: defaultPacket, tran: &transactionState{}, cutAt: -1}
}
