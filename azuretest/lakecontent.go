package azuretest

import (
	"bytes"
	"errors"
	"io"
	"slices"
)

const (
	lakeChunk  = 256 << 10 // bytes that are moved at once, at most
	firstChunk = 16 << 10  // and at first
	lakeMemory = 256 << 10 // bytes at the beginning of a file that are kept in memory
)

// oneBlock is a block that nothing fills.
const oneBlock = 1 << 62

// lakeContent is what is in a file, in pieces that are never moved. A copy of it stays
// as it is when the original grows. The lake's lock guards it, but not the readers it
// has made.
type lakeContent struct {
	parts []lakePart
	size  int64
	ends  []int64 // of HDFS's blocks
	spill *lakeSpill
}

// lakePart is a piece, in memory or in a temporary file.
type lakePart struct {
	memory []byte
	spill  *lakeSpill
	at, n  int64
}

// reader returns a reader of the piece's bytes from an offset on.
func (p lakePart) reader(offset, n int64) io.Reader {
	if p.spill == nil {
		return bytes.NewReader(p.memory[offset : offset+n])
	}
	return spillReader{io.NewSectionReader(p.spill.file, p.at+offset, n), p.spill}
}

// spillReader keeps the file as long as somebody reads it.
type spillReader struct {
	io.Reader

	spill *lakeSpill
}

// add puts a piece at the end; HDFS's blocks fill up first. What copies of the content
// have in common with it may grow, but they do not look beyond their size.
func (c *lakeContent) add(p lakePart, blockSize int64) {
	if last := len(c.parts) - 1; last >= 0 && c.parts[last].continues(p) {
		c.parts[last].n += p.n
	} else {
		c.parts = append(c.parts, p)
	}
	c.size += p.n
	start := int64(0)
	if len(c.ends) > 1 {
		start = c.ends[len(c.ends)-2]
	}
	for len(c.ends) == 0 || c.ends[len(c.ends)-1] < c.size {
		if last := len(c.ends) - 1; last < 0 || c.ends[last] == start+blockSize {
			if last >= 0 {
				start = c.ends[last]
			}
			c.ends = append(c.ends, start)
		}
		c.ends[len(c.ends)-1] = min(c.size, start+blockSize)
	}
}

// continues reports whether next comes right after p where both are kept.
func (p lakePart) continues(next lakePart) bool {
	return p.spill != nil && p.spill == next.spill && p.at+p.n == next.at
}

// join puts another file's content at the end, its blocks as they are.
func (c *lakeContent) join(other lakeContent) {
	c.parts = slices.Concat(c.parts, other.parts)
	ends := slices.Clone(c.ends)
	for _, end := range other.ends {
		ends = append(ends, c.size+end)
	}
	c.ends = ends
	c.size += other.size
	if c.spill == nil {
		c.spill = other.spill
	}
}

// cut takes away what is past size.
func (c *lakeContent) cut(size int64) {
	var kept []lakePart
	left := size
	for _, p := range c.parts {
		if left == 0 {
			break
		}
		n := min(p.n, left)
		p.n = n
		if p.spill == nil {
			p.memory = p.memory[:n:n]
		}
		kept = append(kept, p)
		left -= n
	}
	var ends []int64
	for _, end := range c.ends {
		ends = append(ends, min(end, size))
		if end >= size {
			break
		}
	}
	c.parts, c.ends, c.size = kept, ends, size
}

// reader returns a reader of n bytes from an offset on.
func (c *lakeContent) reader(offset, n int64) io.Reader {
	var list []io.Reader
	for _, p := range c.parts {
		if n <= 0 {
			break
		}
		if offset >= p.n {
			offset -= p.n
			continue
		}
		take := min(p.n-offset, n)
		list = append(list, p.reader(offset, take))
		offset, n = 0, n-take
	}
	return io.MultiReader(list...)
}

// receive reads r to its end and hands over what it has read in pieces, the first of
// which is for an offset in its file. Pieces of one file share a temporary file.
func (l *DataLake) receive(r io.Reader, offset int64, spill **lakeSpill, add func(lakePart)) error {
	buf := make([]byte, firstChunk)
	for {
		n, err := fill(r, buf)
		if n > 0 {
			offset += int64(n)
			p, failed := l.keep(buf[:n], offset <= lakeMemory, spill)
			if failed != nil {
				return failed
			}
			add(p)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(buf) < lakeChunk {
			buf = make([]byte, 2*len(buf))
		}
	}
}

// fill reads until the buffer is full. Unlike io.ReadFull it leaves the reader's error
// as it is: io.ErrUnexpectedEOF is what a body says that has been broken off.
func fill(r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var more int
		more, err = r.Read(buf[n:])
		n += more
	}
	return n, err
}

// keep stores a copy of data.
func (l *DataLake) keep(data []byte, inMemory bool, spill **lakeSpill) (lakePart, error) {
	n := int64(len(data))
	if inMemory {
		return lakePart{memory: bytes.Clone(data), n: n}, nil
	}
	if *spill == nil {
		created, err := l.server.lakes.spills.create()
		if err != nil {
			return lakePart{}, err
		}
		*spill = created
	}
	at, err := (*spill).write(data)
	return lakePart{spill: *spill, at: at, n: n}, err
}
