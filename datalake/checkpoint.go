package datalake

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"path"
	"strings"
)

// Checkpoint is how far a transfer has come. Store it, as JSON for example, and
// hand it to a later call for the same file, in this program or the next.
type Checkpoint struct {
	// Name is the file's.
	Name string `json:"name"`
	// Offset is how many bytes need not be transferred again.
	Offset int64 `json:"offset"`
	// Temp is the name under which an upload gathers what has arrived. To give
	// the upload up, remove it and, on Hadoop, what else begins so.
	Temp string `json:"temp,omitempty"`
	// Unit is how many bytes are sent between two checkpoints of an upload.
	Unit int64 `json:"unit,omitempty"`
	// Hash tells whether the source of an upload is still the same.
	Hash []byte `json:"hash,omitempty"`
	// Lease keeps others from writing to an upload on Gen1.
	Lease string `json:"lease,omitempty"`
	// Version tells whether the file of a download is still the same.
	Version string `json:"version,omitempty"`
}

// isNone: there is nothing to go on from.
func (p Checkpoint) isNone() bool { return p.Offset == 0 && p.Unit == 0 }

// check refuses a checkpoint that this transfer cannot have given.
func (p Checkpoint) check(name string, upload bool) error {
	switch {
	case p.Name != name || p.Offset <= 0:
		return invalid("the checkpoint is for another file")
	case upload && !p.isUpload():
		return invalid("the checkpoint is none of an upload's")
	case !upload && p.Version == "":
		return invalid("the checkpoint is none of a download's")
	default:
		return nil
	}
}

func (p Checkpoint) isUpload() bool {
	temp, err := clean(p.Temp)
	return err == nil && temp == p.Temp && parent(temp) == parent(p.Name) && strings.HasPrefix(path.Base(temp), ".") &&
		p.Unit > 0 && p.Offset%p.Unit == 0 && len(p.Hash) == sha256.Size
}

// chain is a hash over the hashes of units: those may be made apart from each
// other, and of all that is done only one is kept.
type chain struct{ sum []byte }

func (c *chain) add(unit []byte) {
	sum := sha256.Sum256(append(c.sum, unit...))
	c.sum = sum[:]
}

// unitHash makes the chain of what is written to it. Bytes of a unit that is not
// full are not in it yet.
type unitHash struct {
	chain
	unit   int64
	left   int64
	digest hash.Hash
}

func newUnitHash(unit int64) *unitHash {
	return &unitHash{unit: unit, left: unit, digest: sha256.New()}
}

// Write never fails.
func (h *unitHash) Write(p []byte) (int, error) {
	written := len(p)
	for len(p) > 0 {
		n := min(int64(len(p)), h.left)
		_, _ = h.digest.Write(p[:n])
		p = p[n:]
		if h.left -= n; h.left == 0 {
			h.add(h.digest.Sum(nil))
			h.digest.Reset()
			h.left = h.unit
		}
	}
	return written, nil
}

// skipTo passes over what an upload need not send again, and makes sure that it
// is what was sent.
func (p Checkpoint) skipTo(r io.Reader) (*unitHash, error) {
	h := newUnitHash(p.Unit)
	n, err := io.CopyN(h, r, p.Offset)
	switch {
	case n < p.Offset && notEOF(err) == nil:
		return nil, fmt.Errorf("%w: the source is shorter than before", ErrChanged)
	case err != nil:
		return nil, &sourceError{err}
	case string(h.sum) != string(p.Hash):
		return nil, fmt.Errorf("%w: the source is another than before", ErrChanged)
	default:
		return h, nil
	}
}
