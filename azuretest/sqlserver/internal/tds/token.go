package tds

import (
	"encoding/binary"
	"strconv"
)

// First bytes of the tokens of an answer.
const (
	tokenReturnStatus = 0x79
	tokenColumns      = 0x81
	tokenError        = 0xaa
	tokenInfo         = 0xab
	tokenLoginAck     = 0xad
	tokenReturnValue  = 0xac
	tokenFeatureAck   = 0xae
	tokenRow          = 0xd1
	tokenEnvChange    = 0xe3
	tokenFedAuthInfo  = 0xee
	tokenDone         = 0xfd
	tokenDoneProc     = 0xfe
	tokenDoneInProc   = 0xff
)

// Bits of DONE's status.
const (
	doneMore          = 0x01
	doneError         = 0x02
	doneInTransaction = 0x04
	doneCount         = 0x10
	doneAttention     = 0x20
	doneServerError   = 0x100
)

// Kinds of ENVCHANGE.
const (
	envDatabase   = 1
	envLanguage   = 2
	envPacketSize = 4
	envCollation  = 7
	envBegin      = 8
	envCommit     = 9
	envRollback   = 10
	envReset      = 18
	envRouting    = 20
)

// serverName is what messages say they are from.
const serverName = "myserver"

// maxMessage is how many characters of a message's text are sent.
const maxMessage = 2047

// appendSpan writes a two-byte length and then what write writes.
func appendSpan(b []byte, write func([]byte) []byte) []byte {
	start := len(b)
	b = write(append(b, 0, 0))
	copy(b[start:], put16(nil, len(b)-start-2))
	return b
}

// appendShortText writes B_VARCHAR.
func appendShortText(b []byte, s string) []byte {
	s = cutText(s, 128)
	return AppendUTF16(put8(b, utf16Len(s)), s)
}

// appendLongText writes US_VARCHAR.
func appendLongText(b []byte, s string) []byte {
	return AppendUTF16(put16(b, utf16Len(s)), s)
}

// cutText returns at most the first n UTF-16 characters of s.
func cutText(s string, n int) string {
	for i, r := range s {
		if n -= utf16Len(string(r)); n < 0 {
			return s[:i]
		}
	}
	return s
}

func appendMessage(b []byte, e *Error) []byte {
	token := byte(tokenError)
	if e.Class <= 10 {
		token = tokenInfo
	}
	return appendSpan(append(b, token), func(b []byte) []byte {
		b = put32(b, e.Number)
		b = append(b, e.State, e.Class)
		b = appendLongText(b, cutText(e.Message, maxMessage))
		b = appendShortText(b, serverName)
		b = appendShortText(b, e.Procedure)
		return put32(b, e.Line)
	})
}

// appendEnvText writes an ENVCHANGE whose values are text.
func appendEnvText(b []byte, kind byte, current, old string) []byte {
	return appendSpan(append(b, tokenEnvChange), func(b []byte) []byte {
		return appendShortText(appendShortText(append(b, kind), current), old)
	})
}

// appendEnvBytes writes an ENVCHANGE whose values are bytes.
func appendEnvBytes(b []byte, kind byte, current, old []byte) []byte {
	return appendSpan(append(b, tokenEnvChange), func(b []byte) []byte {
		b = append(put8(append(b, kind), len(current)), current...)
		return append(put8(b, len(old)), old...)
	})
}

func appendRouting(b []byte, r *RouteError) []byte {
	return appendSpan(append(b, tokenEnvChange), func(b []byte) []byte {
		b = appendSpan(append(b, envRouting), func(b []byte) []byte {
			b = append(b, 0) // TCP
			b = put16(b, r.Port)
			return appendLongText(b, r.Host)
		})
		return append(b, 0, 0)
	})
}

func appendLoginAck(b []byte, version uint32) []byte {
	return appendSpan(append(b, tokenLoginAck), func(b []byte) []byte {
		b = binary.BigEndian.AppendUint32(append(b, 1), version)
		b = appendShortText(b, "Microsoft SQL Server")
		return append(b, serverMajor, serverMinor, serverBuild>>8, serverBuild&0xff)
	})
}

// appendFeatureAck acknowledges federated authentication.
func appendFeatureAck(b []byte, nonce []byte) []byte {
	b = append(b, tokenFeatureAck, featureFedAuth)
	b = put32(b, len(nonce))
	return append(append(b, nonce...), 0xff)
}

// appendFedAuthInfo tells an ADAL client where to get its token and what for.
func appendFedAuthInfo(b []byte, stsURL, spn string) []byte {
	const table = 4 + 2*9 // count, and two times {id, length, offset}
	sts, name := AppendUTF16(nil, stsURL), AppendUTF16(nil, spn)
	b = append(b, tokenFedAuthInfo)
	b = put32(b, table+len(sts)+len(name))
	b = put32(b, 2)
	option := func(id byte, size, offset int) {
		b = put32(append(b, id), size)
		b = put32(b, offset)
	}
	option(1, len(sts), table)
	option(2, len(name), table+len(sts))
	return append(append(b, sts...), name...)
}

func appendColumns(b []byte, columns []Column) []byte {
	b = put16(append(b, tokenColumns), len(columns))
	for _, c := range columns {
		flags := uint16(0x8) // updatable, perhaps
		if !c.NotNull {
			flags |= 0x1
		}
		if c.Identity {
			flags |= 0x10
		}
		b = append(b, 0, 0, 0, 0) // user type
		b = put16(b, flags)
		b = appendTypeInfo(b, c.Type)
		b = appendShortText(b, c.Name)
	}
	return b
}

func appendReturnValue(b []byte, ordinal int, p Param) ([]byte, error) {
	b = put16(append(b, tokenReturnValue), ordinal)
	b = appendShortText(b, p.Name)
	b = append(b, 1)          // an output parameter
	b = append(b, 0, 0, 0, 0) // user type
	b = append(b, 1, 0)       // may be NULL
	return appendValue(appendTypeInfo(b, p.Type), p.Type, p.Value)
}

func appendDone(b []byte, token byte, status, command uint16, rows uint64) []byte {
	b = put16(append(b, token), status)
	b = put16(b, command)
	return put64(b, rows)
}

// appendWelcome is the answer to a login that is let in.
func appendWelcome(b []byte, l *Login, database string, size int) []byte {
	b = appendEnvText(b, envDatabase, database, "master")
	b = appendMessage(b, &Error{Number: 5701, State: 2, Message: "Changed database context to '" + database + "'."})
	b = appendEnvBytes(b, envCollation, collation(), nil)
	b = appendEnvText(b, envLanguage, "us_english", "")
	b = appendMessage(b, &Error{Number: 5703, State: 1, Message: "Changed language setting to us_english."})
	b = appendLoginAck(b, l.version)
	b = appendEnvText(b, envPacketSize, strconv.Itoa(size), strconv.Itoa(defaultPacket))
	if l.FedAuth != nil {
		b = appendFeatureAck(b, l.FedAuth.Nonce)
	}
	return appendDone(b, tokenDone, 0, 0, 0)
}
