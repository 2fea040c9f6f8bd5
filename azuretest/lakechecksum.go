package azuretest

import (
	"crypto/md5" //nolint:gosec // G501: what HDFS has, against errors, not attacks
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
)

// CompositeChecksums switches on or off, as it is at first, that HttpFS answers
// GETFILECHECKSUM with the CRC of the whole file, as it does with
// dfs.checksum.combine.mode=COMPOSITE_CRC. A name node's checksum is always that of
// blocks.
func (l *DataLake) CompositeChecksums(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.crc = on
}

// fileChecksum is the answer to GETFILECHECKSUM.
type fileChecksum struct {
	Algorithm string `json:"algorithm"`
	Bytes     string `json:"bytes"`
	Length    int    `json:"length"`
}

// checksum is the step of GETFILECHECKSUM that computes it.
func (l *DataLake) checksum(req *lakeRequest) (lakeReply, *lakeFailure) {
	l.takeCut(req)
	l.mu.Lock()
	n, failure := l.file(req.user, req.path, readAccess)
	if failure != nil {
		l.mu.Unlock()
		return nil, failure
	}
	composite := l.crc && l.traits.dialect == httpFSDialect
	blocks := n.content.blocks()
	whole := n.content.reader(0, n.content.size)
	l.mu.Unlock()
	var sum fileChecksum
	var err error
	if composite {
		sum, err = compositeChecksum(whole)
	} else {
		sum, err = blockChecksum(blocks)
	}
	if err != nil {
		return nil, refuseLake("IOException", "%v", err)
	}
	return replyJSON(struct{ FileChecksum fileChecksum }{sum})
}

// lakeBlock is one of HDFS's blocks.
type lakeBlock struct {
	io.Reader

	size int64
}

// blocks returns what the content is divided into.
func (c *lakeContent) blocks() []lakeBlock {
	var list []lakeBlock
	start := int64(0)
	for _, end := range c.ends {
		end = min(end, c.size)
		if end > start {
			list = append(list, lakeBlock{c.reader(start, end-start), end - start})
		}
		start = end
	}
	return list
}

func compositeChecksum(r io.Reader) (fileChecksum, error) {
	crc := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	_, err := io.Copy(crc, r)
	return fileChecksum{"COMPOSITE-CRC32C", hex.EncodeToString(crc.Sum(nil)), crc32.Size}, err
}

// blockChecksum is the MD5 of the MD5s of each block's CRCs, of 512 bytes each. HDFS
// hashes not only the MD5s but all of the buffer it has them in, which begins with 32
// bytes and doubles, and tells more bytes than the checksum has.
func blockChecksum(blocks []lakeBlock) (fileChecksum, error) {
	if len(blocks) == 0 {
		return formatChecksum("MD5-of-0MD5-of-0CRC32", 0, 0, make([]byte, 32)), nil
	}
	size, used := 32, 0
	buf := make([]byte, size)
	for _, block := range blocks {
		sum, err := crcChecksum(block)
		if err != nil {
			return fileChecksum{}, err
		}
		if used+len(sum) > size {
			size = max(2*size, used+len(sum))
			buf = append(buf, make([]byte, size-len(buf))...)
		}
		used += copy(buf[used:], sum)
	}
	perBlock := int64(0)
	if len(blocks) > 1 {
		perBlock = (blocks[0].size + bytesPerChecksum - 1) / bytesPerChecksum
	}
	return formatChecksum(fmt.Sprintf("MD5-of-%dMD5-of-%dCRC32C", perBlock, bytesPerChecksum), bytesPerChecksum, uint64(perBlock), buf), nil
}

func formatChecksum(algorithm string, perCRC uint32, perBlock uint64, buf []byte) fileChecksum {
	sum := md5.Sum(buf) //nolint:gosec // G401: see above
	out := binary.BigEndian.AppendUint32(nil, perCRC)
	out = binary.BigEndian.AppendUint64(out, perBlock)
	out = append(out, sum[:]...)
	return fileChecksum{algorithm, hex.EncodeToString(append(out, 0, 0, 0, 0)), len(out)}
}

// crcChecksum is the MD5 of a block's CRCs.
func crcChecksum(r io.Reader) ([]byte, error) {
	table := crc32.MakeTable(crc32.Castagnoli)
	sum := newMD5()
	piece := make([]byte, bytesPerChecksum)
	for {
		n, err := io.ReadFull(r, piece)
		if n > 0 {
			sum.Write(binary.BigEndian.AppendUint32(nil, crc32.Checksum(piece[:n], table)))
		}
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return sum.Sum(nil), nil
		default:
			return nil, err
		}
	}
}
