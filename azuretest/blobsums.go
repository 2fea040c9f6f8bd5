package azuretest

import (
	"bytes"
	"crypto/md5" //nolint:gosec // G501: what the protocol has, against errors, not attacks
	"encoding/base64"
	"encoding/binary"
	"hash"
	"hash/crc64"
)

// crcPolynomial is Azure Storage's own.
// https://learn.microsoft.com/rest/api/storageservices/put-block#request-headers
const crcPolynomial = 0x9A6C9329AC4BC9B5

func newMD5() hash.Hash {
	return md5.New() //nolint:gosec // G401: as above
}

// bodySums is what the header of a request says about its body, and what the body is.
type bodySums struct {
	saidMD5, saidCRC []byte // nil: not said
	md5              hash.Hash
	crc              hash.Hash64
}

// bodySums reads the header. What is not said is not worked out, but the MD5 if it is
// wanted.
func (q *blobRequest) bodySums(wantMD5 bool) (s *bodySums, problem *storageError) {
	s = &bodySums{}
	if s.saidMD5, problem = decodeMD5(q.r.Header.Get("Content-Md5")); problem != nil {
		return nil, problem
	}
	if wantMD5 || s.saidMD5 != nil {
		s.md5 = newMD5()
	}
	text := q.r.Header.Get("X-Ms-Content-Crc64")
	if text == "" {
		return s, nil
	}
	sum, err := base64.StdEncoding.DecodeString(text)
	switch {
	case err != nil || len(sum) != crc64.Size:
		return nil, badHeader("x-ms-content-crc64", "is not 64 bits in base64")
	case s.saidMD5 != nil:
		return nil, badStorageRequest("BothCrc64AndMd5HeaderPresent", "Both x-ms-content-crc64 header and Content-MD5 header are present.")
	}
	s.saidCRC, s.crc = sum, crc64.New(crc64.MakeTable(crcPolynomial))
	return s, nil
}

// Write takes a part of the body.
func (s *bodySums) Write(p []byte) (int, error) {
	if s.md5 != nil {
		_, _ = s.md5.Write(p) // a sum takes everything
	}
	if s.crc != nil {
		_, _ = s.crc.Write(p)
	}
	return len(p), nil
}

// check compares what was said with what has come.
func (s *bodySums) check() *storageError {
	switch {
	case s.saidMD5 != nil && !bytes.Equal(s.saidMD5, s.sumMD5()):
		return md5Mismatch()
	case s.saidCRC != nil && !bytes.Equal(s.saidCRC, binary.LittleEndian.AppendUint64(nil, s.crc.Sum64())):
		return badStorageRequest("Crc64Mismatch", "The CRC64 value specified in the request did not match with the CRC64 value calculated by the server.")
	}
	return nil
}

// sumMD5 returns the MD5 of the body, nil if it was not worked out.
func (s *bodySums) sumMD5() []byte {
	if s.md5 == nil {
		return nil
	}
	return s.md5.Sum(nil)
}

func md5Mismatch() *storageError {
	return badStorageRequest("Md5Mismatch", "The MD5 value specified in the request did not match with the MD5 value calculated by the server.")
}
