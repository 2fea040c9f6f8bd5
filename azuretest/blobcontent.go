package azuretest

import "io"

// contentPart is how much of a body is kept in one piece.
const contentPart = 4 << 20

// content is bytes in pieces: a blob of blocks shares theirs, and nothing large is ever
// moved. It is immutable.
type content struct {
	parts [][]byte
	size  int64
}

// readContent reads size bytes. It makes room for them as they come, not as they are
// promised. also gets them too.
func readContent(r io.Reader, size int64, also io.Writer) (content, error) {
	var c content
	for c.size < size {
		part := make([]byte, min(contentPart, size-c.size))
		if _, err := io.ReadFull(r, part); err != nil {
			return content{}, err
		}
		_, _ = also.Write(part) // a sum takes everything
		c.parts = append(c.parts, part)
		c.size += int64(len(part))
	}
	return c, nil
}

// joined returns what is in all of the contents, one after the other.
func joined(list []content) content {
	var all content
	for _, c := range list {
		all.parts = append(all.parts, c.parts...)
		all.size += c.size
	}
	return all
}

// writeTo writes n bytes from an offset on.
func (c content) writeTo(w io.Writer, offset, n int64) error {
	for _, part := range c.parts {
		if offset >= int64(len(part)) {
			offset -= int64(len(part))
			continue
		}
		piece := part[offset:min(int64(len(part)), offset+n)]
		if _, err := w.Write(piece); err != nil {
			return err
		}
		offset = 0
		if n -= int64(len(piece)); n == 0 {
			return nil
		}
	}
	return nil
}

// bytes returns what is in the content, in one piece. It is for small ones.
func (c content) bytes() []byte {
	if len(c.parts) == 1 {
		return c.parts[0]
	}
	all := make([]byte, 0, c.size)
	for _, part := range c.parts {
		all = append(all, part...)
	}
	return all
}

// md5 returns the hash of n bytes from an offset on.
func (c content) md5(offset, n int64) []byte {
	sum := newMD5()
	_ = c.writeTo(sum, offset, n) // a hash takes everything
	return sum.Sum(nil)
}
