package tds

import "errors"

const (
	headerTransaction = 2
	transactionSize   = 12 // descriptor and number of requests
)

var errHeaders = errors.New("tds: ALL_HEADERS is malformed")

// parseHeaders reads ALL_HEADERS, which come before a batch, an RPC or a
// transaction request, and returns the transaction that the request is for and the
// rest of the message.
func parseHeaders(message []byte) (transaction uint64, rest []byte, err error) {
	outer := &cursor{data: message}
	total := int(outer.u32())
	if outer.err != nil || total < 4 || total > len(message) {
		return 0, nil, errHeaders
	}
	c := &cursor{data: outer.bytes(total - 4)}
	for len(c.data) > 0 {
		size := int(c.u32())
		kind := c.u16()
		data := &cursor{data: c.bytes(size - 6)}
		if c.err != nil {
			return 0, nil, errHeaders
		}
		if kind == headerTransaction {
			if len(data.data) != transactionSize {
				return 0, nil, errHeaders
			}
			transaction = data.u64()
		}
	}
	return transaction, outer.data, nil
}
