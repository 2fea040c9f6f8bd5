package tds

import (
	"context"
	"fmt"
)

// dispatch runs a request.
func (c *Conn) dispatch(ctx context.Context, m *message, a *Answer) error {
	switch m.kind {
	case kindBatch, kindRPC, kindTransaction:
	case kindBulk:
		return &Error{Number: 40519, Class: 16, State: 1, Message: "Bulk load is not supported by this server."}
	default:
		return errBadPacket
	}
	transaction, body, err := parseHeaders(m.body)
	if err != nil {
		return errBadPacket
	}
	if err := c.tran.resume(transaction, m); err != nil {
		return err
	}
	switch m.kind {
	case kindRPC:
		return c.serveRPC(ctx, body, a)
	case kindTransaction:
		return c.serveTransaction(ctx, body, a)
	}
	return c.session.Run(ctx, Statement{Text: DecodeUTF16(body), Batch: true}, a)
}

func (c *Conn) serveTransaction(ctx context.Context, body []byte, a *Answer) error {
	r, err := parseTransaction(body)
	for ; err == nil && r != nil; r = r.next {
		switch r.kind {
		case transactionBegin:
			err = c.session.Begin(ctx, r.isolation, r.name, a)
		case transactionCommit:
			err = c.session.Commit(ctx, a)
		case transactionRollback:
			err = c.session.Rollback(ctx, r.name, a)
		case transactionSave:
			err = c.session.Save(ctx, r.name, a)
		}
	}
	return err
}

func (c *Conn) serveRPC(ctx context.Context, body []byte, a *Answer) error {
	a.proc = true
	calls, err := parseRPC(body)
	if err != nil {
		return err
	}
	for i, one := range calls {
		a.status, a.params = 0, one.params
		if err := c.call(ctx, one, a); err != nil {
			return err
		}
		if i < len(calls)-1 {
			if err := a.between(); err != nil {
				return err
			}
		}
	}
	return nil
}

// call runs one procedure: those about statements here, others in the session.
func (c *Conn) call(ctx context.Context, one call, a *Answer) error {
	switch one.procedure {
	case "sp_executesql":
		s, err := statement(one.params, 0)
		if err != nil {
			return err
		}
		return c.session.Run(ctx, s, a)
	case "sp_prepare":
		return c.prepare(one.params)
	case "sp_execute":
		return c.execute(ctx, one.params, a)
	case "sp_prepexec":
		if err := c.prepare(one.params); err != nil {
			return err
		}
		return c.execute(ctx, append([]Param{one.params[0]}, one.params[3:]...), a)
	case "sp_unprepare":
		handle, err := handleOf(one.params)
		if err != nil {
			return err
		}
		return c.prepared.remove(handle)
	}
	var err error
	a.status, err = c.session.Call(ctx, one.procedure, one.params, a)
	return err
}

// statement returns what the parameters of sp_executesql ask for: from the given one
// on there are the text, the declarations, and the values.
func statement(params []Param, first int) (Statement, error) {
	if len(params) <= first {
		return Statement{}, missing("statement")
	}
	text, ok := params[first].Value.(string)
	if !ok {
		return Statement{}, missing("statement")
	}
	s := Statement{Text: text}
	if len(params) > first+1 {
		s.Declarations, _ = params[first+1].Value.(string)
		s.Params = params[first+2:]
	}
	return s, nil
}

// swapped returns the parameters of sp_prepexec in the order of sp_executesql's:
// there the declarations come before the text.
func swapped(params []Param) []Param {
	if len(params) < 3 {
		return params
	}
	return append([]Param{params[0], params[2], params[1]}, params[3:]...)
}

func missing(parameter string) error {
	return &Error{Number: 214, Class: 16, State: 2, Message: fmt.Sprintf(
		"Procedure expects parameter '@%s' of type 'ntext/nchar/nvarchar'.", parameter)}
}
