package tds

// The parsers and writers, for their own tests.

func ParsePrelogin(b []byte) (nonce []byte, err error) {
	p, err := parsePrelogin(b)
	return p.nonce, err
}

func PreloginAnswer(b []byte, e Encryption) ([]byte, error) {
	p, err := parsePrelogin(b)
	return p.answer(e), err
}

func ParseLogin(b []byte) (*Login, error)                 { return parseLogin(b) }
func ParseFedAuthMessage(b []byte) (*FedAuth, error)      { return parseFedAuthMessage(b) }
func ParseHeaders(b []byte) (uint64, []byte, error)       { return parseHeaders(b) }
func AppendTypeInfo(b []byte, t Type) []byte              { return appendTypeInfo(b, t) }
func AppendValue(b []byte, t Type, v any) ([]byte, error) { return appendValue(b, t, v) }
func AppendPackets(kind byte, size int, body []byte) []byte {
	return appendPackets(nil, packetKind(kind), 1, size, body, true)
}

// Call is a call of a procedure.
type Call struct {
	Procedure string
	Params    []Param
}

func ParseRPC(b []byte) ([]Call, error) {
	calls, err := parseRPC(b)
	var out []Call
	for _, c := range calls {
		out = append(out, Call{c.procedure, c.params})
	}
	return out, err
}

// ReadTyped reads TYPE_INFO and a value, and returns what is left.
func ReadTyped(b []byte) (t Type, v any, rest []byte, err error) {
	c := &cursor{data: b}
	w := parseTypeInfo(c)
	if c.err == nil {
		v = w.read(c)
	}
	return w.Type, v, c.data, c.err
}

// ParseTransaction returns what a transaction manager request asks for.
func ParseTransaction(b []byte) (kinds []uint16, names []string, err error) {
	r, err := parseTransaction(b)
	for ; err == nil && r != nil; r = r.next {
		kinds, names = append(kinds, r.kind), append(names, r.name)
	}
	return kinds, names, err
}
