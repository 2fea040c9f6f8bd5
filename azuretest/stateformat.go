package azuretest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// stateRecord is one line of a saved state: one of its fields. What is in something
// comes after it: secrets after their vault, data after what they are the content of.
type stateRecord struct {
	Server       *serverState       `json:"server,omitempty"`
	Vault        *vaultState        `json:"vault,omitempty"`
	Secret       *secretState       `json:"secret,omitempty"`
	Subscription *subscriptionState `json:"subscription,omitempty"`
	Group        *groupState        `json:"group,omitempty"`
	Job          *jobState          `json:"job,omitempty"`
	Account      *accountState      `json:"account,omitempty"`
	Container    *containerState    `json:"container,omitempty"`
	Blob         *blobState         `json:"blob,omitempty"`
	Lake         *lakeState         `json:"lake,omitempty"`
	Node         *nodeState         `json:"node,omitempty"`
	Data         []byte             `json:"data,omitempty"`
}

// stateChunk is how many bytes of data a record has. It is a multiple of three, so that
// base64 needs no padding within.
const stateChunk = 192 << 10

// stateWriter writes records, until the first error.
type stateWriter struct {
	out   *bufio.Writer
	lines int
	err   error
}

func newStateWriter(w io.Writer) *stateWriter {
	sw := &stateWriter{out: bufio.NewWriterSize(w, 64<<10)}
	_, sw.err = fmt.Fprintf(sw.out, "{\"version\":%d,\n\"records\":[", stateVersion)
	return sw
}

func (w *stateWriter) write(r stateRecord) {
	line, err := json.Marshal(r)
	separator := ",\n"
	if w.lines == 0 {
		separator = "\n"
	}
	w.lines++
	if w.err == nil {
		w.err = err
	}
	for _, text := range [][]byte{[]byte(separator), line} {
		if w.err == nil {
			_, w.err = w.out.Write(text)
		}
	}
}

// content writes what r has, which are so many bytes.
func (w *stateWriter) content(r io.Reader, size int64) {
	buf := make([]byte, min(stateChunk, size))
	for size > 0 && w.err == nil {
		piece := buf[:min(int64(len(buf)), size)]
		if _, err := io.ReadFull(r, piece); err != nil {
			w.err = fmt.Errorf("reading what is to be saved: %w", err)
			return
		}
		w.write(stateRecord{Data: piece})
		size -= int64(len(piece))
	}
}

func (w *stateWriter) close() error {
	if w.err == nil {
		_, w.err = w.out.WriteString("\n]}\n")
	}
	if w.err == nil {
		w.err = w.out.Flush()
	}
	return w.err
}

// stateReader reads records.
type stateReader struct {
	in    *json.Decoder
	lines int
}

// newStateReader reads up to the first record. It is where another version is noticed.
func newStateReader(r io.Reader) (*stateReader, error) {
	sr := &stateReader{in: json.NewDecoder(r)}
	sr.in.DisallowUnknownFields()
	if err := sr.expect(json.Delim('{'), "version"); err != nil {
		return nil, err
	}
	var version int
	if err := sr.in.Decode(&version); err != nil {
		return nil, fmt.Errorf("the version is no number: %w", err)
	}
	if version != stateVersion {
		return nil, &StateVersionError{version, stateVersion}
	}
	return sr, sr.expect("records", json.Delim('['))
}

// expect reads what has to be there.
func (r *stateReader) expect(tokens ...json.Token) error {
	for _, want := range tokens {
		got, err := r.in.Token()
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("it has %v where %v must be", got, want)
		}
	}
	return nil
}

// next returns the next record, or io.EOF after the last.
func (r *stateReader) next() (stateRecord, error) {
	var record stateRecord
	if r.in.More() {
		r.lines++
		err := r.in.Decode(&record)
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return record, err
	}
	if err := r.expect(json.Delim(']'), json.Delim('}')); err != nil {
		return record, err
	}
	if _, err := r.in.Token(); !errors.Is(err, io.EOF) {
		return record, errors.New("there is something after its end")
	}
	return record, io.EOF
}

// content hands over the data that follow, of so many bytes. Each piece is the
// receiver's.
func (r *stateReader) content(size int64, take func([]byte) error) error {
	if size < 0 {
		return fmt.Errorf("%d bytes of data", size)
	}
	for size > 0 {
		record, err := r.next()
		if err != nil {
			return errors.Join(err, errNoData)
		}
		if n := int64(len(record.Data)); n == 0 || n > size {
			return errNoData
		}
		if err := take(record.Data); err != nil {
			return err
		}
		size -= int64(len(record.Data))
	}
	return nil
}

// errNoData says that a content is not as long as announced.
var errNoData = errors.New("data are missing or too long")
