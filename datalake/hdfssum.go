package datalake

import (
	"bytes"
	"crypto/md5" //nolint:gosec // HDFS's choice, against broken disks and wires
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"strings"
)

// chunkBytes is what a CRC is for, unless a cluster is set up otherwise.
const chunkBytes = 512

// crcList makes the CRC32C of each chunk of what is written to it, four bytes
// each: what HDFS keeps beside its blocks.
type crcList struct {
	table *crc32.Table
	crcs  []byte
	crc   uint32 // of the chunk that is not full yet
	part  int    // its length
}

func newCRCList() *crcList { return &crcList{table: crc32.MakeTable(crc32.Castagnoli)} }

// Write never fails.
func (l *crcList) Write(p []byte) (int, error) {
	written := len(p)
	for len(p) > 0 {
		n := min(len(p), chunkBytes-l.part)
		l.crc = crc32.Update(l.crc, l.table, p[:n])
		if l.part += n; l.part == chunkBytes {
			l.flush()
		}
		p = p[n:]
	}
	return written, nil
}

func (l *crcList) flush() {
	if l.part > 0 {
		l.crcs = binary.BigEndian.AppendUint32(l.crcs, l.crc)
		l.crc, l.part = 0, 0
	}
}

// hdfsSum makes the checksum that HDFS has for a file: an MD5 of the MD5s of the
// CRCs of each block. Memory grows by 16 bytes for a block.
type hdfsSum struct {
	crcs   *crcList
	length func(block int) int64 // bytes of a block
	count  int                   // of full blocks
	left   int64                 // bytes to come in the current one
	digest hash.Hash
	md5s   []byte // of the full blocks
}

func newHDFSSum(length func(block int) int64) *hdfsSum {
	s := &hdfsSum{crcs: newCRCList(), length: length, digest: md5.New()} //nolint:gosec // see the import
	s.left = length(0)
	return s
}

// Write never fails.
func (s *hdfsSum) Write(p []byte) (int, error) {
	written := len(p)
	for len(p) > 0 {
		n := min(int64(len(p)), s.left)
		_, _ = s.crcs.Write(p[:n])
		p = p[n:]
		if s.left -= n; s.left == 0 {
			s.endBlock()
		}
	}
	s.push()
	return written, nil
}

// push hashes the CRCs so far.
func (s *hdfsSum) push() {
	_, _ = s.digest.Write(s.crcs.crcs)
	s.crcs.crcs = s.crcs.crcs[:0]
}

func (s *hdfsSum) endBlock() {
	s.crcs.flush()
	s.push()
	s.md5s = s.digest.Sum(s.md5s)
	s.digest.Reset()
	s.count++
	s.left = max(s.length(s.count), 1)
}

// sum ends the last block, and hashes, as Hadoop does, the whole buffer that
// holds the MD5s: it has 32 bytes, doubled as often as it takes, zero at its end.
func (s *hdfsSum) sum() []byte {
	if s.left < s.length(s.count) {
		s.endBlock()
	}
	size := 32
	for size < len(s.md5s) {
		size *= 2
	}
	buffer := make([]byte, size)
	copy(buffer, s.md5s)
	sum := md5.Sum(buffer) //nolint:gosec // see the import
	return sum[:]
}

// compare says whether a server holds what was counted. Only the MD5 at the end
// of its checksum is about the content. That of an empty file knows no CRC.
func (s *hdfsSum) compare(server Checksum) error {
	sum := s.sum()
	usual := strings.HasSuffix(server.Algorithm, fmt.Sprintf("MD5-of-%dCRC32C", chunkBytes)) || len(s.md5s) == 0
	switch {
	case !usual || len(server.Bytes) < md5.Size:
		return fmt.Errorf("%w: the server's checksums are %s", errors.ErrUnsupported, server.Algorithm)
	case !bytes.Equal(server.Bytes[len(server.Bytes)-md5.Size:], sum):
		return ErrChecksum
	default:
		return nil
	}
}
