package datalake

import (
	"io"
	"net/http"
	"net/url"
)

// The parsers of what servers send, for fuzzing.

// JudgeRedirect is the rule for redirects of a client with a credential.
func JudgeRedirect(home *url.URL, hosts []string, location string) (to *url.URL, own bool, err error) {
	r, err := newRedirects(home, true, hosts)
	if err != nil {
		return nil, false, err
	}
	return r.judge(home, location)
}

// DecodeList reads the answer to LISTSTATUS.
func DecodeList(r io.Reader) (names []string, err error) {
	for entry, err := range decodeList(r) {
		if err != nil {
			return names, err
		}
		names = append(names, entry.Name())
	}
	return names, nil
}

// DecodePaths reads a list of Gen2's.
func DecodePaths(resp *http.Response, dir string) (names []string, err error) {
	entries, err := decodePaths(resp, func(wire *pathWire) (*fileInfo, error) { return wire.entry(dir) })
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names, err
}

// DecodeChecksum reads the answer to GETFILECHECKSUM.
func DecodeChecksum(r io.Reader) (Checksum, error) { return decodeChecksum(r) }

// HeaderStatus reads a file's properties on Gen2.
func HeaderStatus(header http.Header) (FileStatus, error) { return headerStatus(header) }

// ParseProperties reads properties on Gen2.
func ParseProperties(text string) (map[string][]byte, error) { return parseProperties(text) }

// ParseXAttr reads an attribute on Hadoop.
func ParseXAttr(text string) ([]byte, error) { return parseXAttr(text) }

// ParseEndpoint says where an endpoint leads.
func ParseEndpoint(raw string) (origin *url.URL, path string, err error) {
	to, err := parseEndpoint(raw)
	return to.origin, to.path, err
}

// Clean checks a name.
func Clean(name string) (string, error) { return clean(name) }

// EscapeName makes a path of a name.
func EscapeName(name string) string { return escapeName(name) }

// HDFSSum is the checksum that Hadoop has for data in blocks of lengths.
func HDFSSum(data []byte, length func(block int) int64) []byte {
	s := newHDFSSum(length)
	for len(data) > 0 { // in pieces that do not fit to anything
		n := min(len(data), 1000)
		_, _ = s.Write(data[:n])
		data = data[n:]
	}
	return s.sum()
}
