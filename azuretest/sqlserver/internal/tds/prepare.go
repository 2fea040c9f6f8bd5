package tds

import (
	"context"
	"fmt"
)

// prepared are the statements that a session has prepared. The zero value is ready.
type prepared struct {
	last  int64
	size  int
	known map[int64]Statement
}

// add keeps a statement, if there is room for it.
func (p *prepared) add(s Statement) (int64, error) {
	size := len(s.Text) + len(s.Declarations)
	if p.size+size > maxPrepared || len(p.known) >= maxHandles {
		return 0, &Error{
			Number: 701, Class: 17, State: 123,
			Message: "There is insufficient system memory in resource pool 'default' to run this query.",
		}
	}
	if p.known == nil {
		p.known = map[int64]Statement{}
	}
	p.last++
	p.size += size
	p.known[p.last] = s
	return p.last, nil
}

func (p *prepared) find(handle int64) (Statement, error) {
	s, ok := p.known[handle]
	if !ok {
		return s, &Error{Number: 8179, Class: 16, State: 2, Message: fmt.Sprintf(
			"Could not find prepared statement with handle %d.", handle)}
	}
	return s, nil
}

func (p *prepared) remove(handle int64) error {
	s, err := p.find(handle)
	p.size -= len(s.Text) + len(s.Declarations)
	delete(p.known, handle)
	return err
}

func (p *prepared) clear() { p.size, p.known = 0, nil }

// prepare keeps the statement of sp_prepare or sp_prepexec, whose parameters are the
// handle to return, the declarations and the text.
func (c *Conn) prepare(params []Param) error {
	s, err := statement(swapped(params), 1)
	if err != nil {
		return err
	}
	s.Params = nil
	handle, err := c.prepared.add(s)
	if err != nil {
		return err
	}
	params[0].Type, params[0].Value, params[0].Output = Type{Kind: Int}, handle, true
	return nil
}

// execute runs what was prepared. The values go by the order of the declarations.
func (c *Conn) execute(ctx context.Context, params []Param, a *Answer) error {
	handle, err := handleOf(params)
	if err != nil {
		return err
	}
	s, err := c.prepared.find(handle)
	if err != nil {
		return err
	}
	s.Params = params[1:]
	return c.session.Run(ctx, s, a)
}

func handleOf(params []Param) (int64, error) {
	if len(params) > 0 {
		if handle, ok := params[0].Value.(int64); ok {
			return handle, nil
		}
	}
	return 0, missing("handle")
}
