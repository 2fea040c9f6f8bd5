package azuresql_test

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"unicode/utf16"
)

func readMessage(r io.Reader) (kind byte, payload []byte, err error) {
	for {
		var header [8]byte
		if _, err := io.ReadFull(r, header[:]); err != nil {
			return 0, nil, err
		}
		size := int(binary.BigEndian.Uint16(header[2:])) - len(header)
		if size < 0 {
			return 0, nil, errors.New("short packet")
		}
		part := make([]byte, size)
		if _, err := io.ReadFull(r, part); err != nil {
			return 0, nil, err
		}
		payload = append(payload, part...)
		if header[1]&1 != 0 {
			return header[0], payload, nil
		}
	}
}

func writeMessage(w io.Writer, kind byte, payload []byte) error {
	var out []byte
	for first := true; first || len(payload) > 0; first = false {
		n := min(len(payload), 4096-8)
		status := byte(0)
		if n == len(payload) {
			status = 1
		}
		out = append(out, kind, status)
		out = binary.BigEndian.AppendUint16(out, uint16(n+8))
		out = append(append(out, 0, 0, 1, 0), payload[:n]...)
		payload = payload[n:]
	}
	_, err := w.Write(out)
	return err
}

// prelogin answers VERSION and ENCRYPTION.
func prelogin(encryption []byte) []byte {
	head := []byte{1, 0, 11, 0, byte(len(encryption)), 0, 0, byte(11 + len(encryption)), 0, 6, 0xFF}
	return slices.Concat(head, encryption, []byte{12, 0, 7, 208, 0, 0})
}

// loginToken finds the token in the FEDAUTH feature of a LOGIN7 message.
func loginToken(login []byte) string {
	at := binary.LittleEndian.Uint16(login[56:])
	rest := login[binary.LittleEndian.Uint32(login[at:]):]
	for rest[0] != 0xFF {
		size := binary.LittleEndian.Uint32(rest[1:])
		data := rest[5 : 5+size]
		if rest[0] == 2 {
			return fromUTF16(data[5 : 5+binary.LittleEndian.Uint32(data[1:])])
		}
		rest = rest[5+size:]
	}
	return ""
}

func batchText(payload []byte) string {
	return fromUTF16(payload[min(binary.LittleEndian.Uint32(payload), uint32(len(payload))):])
}

// batchTransaction is the descriptor in the first of ALL_HEADERS.
func batchTransaction(payload []byte) uint64 { return binary.LittleEndian.Uint64(payload[10:]) }

func fromUTF16(data []byte) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(data[2*i:])
	}
	return string(utf16.Decode(units))
}

func toUTF16(text string) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}

func sized(id byte, body []byte) []byte {
	return append(binary.LittleEndian.AppendUint16([]byte{id}, uint16(len(body))), body...)
}

func loginAck() []byte {
	return sized(0xAD, slices.Concat([]byte{1, 0x74, 0, 0, 4, 4}, toUTF16("fake"), []byte{12, 0, 7, 208}))
}

func done(status uint16) []byte {
	return append(binary.LittleEndian.AppendUint16([]byte{0xFD}, status), make([]byte, 10)...)
}

// refuse is an error of the server.
func refuse(number int32, text string) []byte {
	body := binary.LittleEndian.AppendUint32(nil, uint32(number))
	body = append(body, 1, 14)
	body = binary.LittleEndian.AppendUint16(body, uint16(len(utf16.Encode([]rune(text)))))
	body = slices.Concat(body, toUTF16(text), []byte{0, 0, 1, 0, 0, 0})
	return append(sized(0xAA, body), done(doneError)...)
}

// route sends the client elsewhere.
func route(host string, port uint16) []byte {
	data := binary.LittleEndian.AppendUint16([]byte{0}, port)
	data = binary.LittleEndian.AppendUint16(data, uint16(len(host)))
	data = append(data, toUTF16(host)...)
	body := binary.LittleEndian.AppendUint16([]byte{20}, uint16(len(data)))
	body = slices.Concat(body, data, []byte{0, 0})
	return slices.Concat(loginAck(), sized(0xE3, body), done(0))
}

// one is a row with the number 1.
func one() []byte {
	columns := []byte{0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0x38, 1, 'n', 0}
	return slices.Concat(columns, []byte{0xD1, 1, 0, 0, 0}, done(0x10))
}

// begins says whether a request is to begin a transaction.
func begins(payload []byte) bool { return payload[binary.LittleEndian.Uint32(payload)] == 5 }

// transaction answers a request to begin or to end one.
func transaction(payload []byte) []byte {
	id := []byte{8, 7, 6, 5, 4, 3, 2, 1}
	switch payload[binary.LittleEndian.Uint32(payload)] {
	case 5:
		return append(sized(0xE3, slices.Concat([]byte{8, 8}, id, []byte{0})), done(0)...)
	case 7:
		return append(sized(0xE3, slices.Concat([]byte{9, 0, 8}, id)), done(0)...)
	default:
		return append(sized(0xE3, slices.Concat([]byte{10, 0, 8}, id)), done(0)...)
	}
}
