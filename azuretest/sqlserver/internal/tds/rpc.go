package tds

import (
	"fmt"
	"strings"
)

// call is one remote procedure call.
type call struct {
	procedure string
	params    []Param
}

// Bits of a parameter's status.
const (
	paramOutput  = 1
	paramDefault = 2
)

// batchFlag stands between the calls of one message.
const batchFlag = 0xff

// parseRPC reads the calls of an RPC message behind its ALL_HEADERS.
func parseRPC(body []byte) ([]call, error) {
	c := &cursor{data: body}
	var calls []call
	total := 0
	for {
		one := call{procedure: parseProcedure(c)}
		c.u16() // options, such as to recompile
		for c.err == nil && len(c.data) > 0 && c.data[0] != batchFlag {
			if total++; total > maxParams {
				return nil, &Error{Number: 8003, Class: 16, State: 1, Message: fmt.Sprintf(
					"The incoming request has too many parameters. The server supports a maximum of %d parameters. "+
						"Reduce the number of parameters and resend the request.", maxParams)}
			}
			one.params = append(one.params, parseParam(c))
		}
		if c.err != nil {
			return nil, &Error{Number: 8009, Class: 16, State: 1, Message: fmt.Sprintf(
				"The incoming tabular data stream (TDS) remote procedure call (RPC) protocol stream is incorrect. "+
					"Parameter %d: %s", len(one.params), strings.TrimPrefix(c.err.Error(), "tds: "))}
		}
		calls = append(calls, one)
		if len(c.data) == 0 {
			return calls, nil
		}
		if c.u8(); len(calls) == maxCalls {
			return nil, errTooLong
		}
	}
}

const maxCalls = 1000

func parseProcedure(c *cursor) string {
	n := c.u16()
	if n != shortMax {
		return c.text(int(n))
	}
	id := c.u16()
	names := [...]string{
		"", "sp_cursor", "sp_cursoropen", "sp_cursorprepare", "sp_cursorexecute", "sp_cursorprepexec",
		"sp_cursorunprepare", "sp_cursorfetch", "sp_cursoroption", "sp_cursorclose", "sp_executesql",
		"sp_prepare", "sp_execute", "sp_prepexec", "sp_prepexecrpc", "sp_unprepare",
	}
	if id == 0 || int(id) >= len(names) {
		c.fail("there is no procedure number %d", id)
		return ""
	}
	return names[id]
}

func parseParam(c *cursor) Param {
	p := Param{Name: c.shortText()}
	status := c.u8()
	t := parseTypeInfo(c)
	p.Output, p.Default = status&paramOutput != 0, status&paramDefault != 0
	if c.err == nil {
		p.Type, p.Value = t.Type, t.read(c)
	}
	return p
}
