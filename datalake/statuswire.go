package datalake

import (
	"fmt"
	"io/fs"
	"math"
	"strconv"
	"strings"
	"time"
)

// statusWire is WebHDFS's FileStatus. Further fields are ignored.
// https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html#FileStatus_JSON_Schema
type statusWire struct {
	PathSuffix       string `json:"pathSuffix"`
	Type             string `json:"type"`
	Length           int64  `json:"length"`
	Owner            string `json:"owner"`
	Group            string `json:"group"`
	Permission       string `json:"permission"`
	AccessTime       int64  `json:"accessTime"`
	ModificationTime int64  `json:"modificationTime"`
	ExpirationTime   int64  `json:"msExpirationTime"`
	BlockSize        int64  `json:"blockSize"`
	Replication      int    `json:"replication"`
	FileID           int64  `json:"fileId"`
	ChildrenNum      int64  `json:"childrenNum"`
	ACLBit           bool   `json:"aclBit"`
	EncBit           bool   `json:"encBit"`
	ECBit            bool   `json:"ecBit"`
	Symlink          string `json:"symlink"`
}

func (w *statusWire) status() (FileStatus, error) {
	if w == nil || w.Length < 0 {
		return FileStatus{}, fmt.Errorf("%w: it holds no file's status", ErrUnexpectedResponse)
	}
	mode, err := w.mode()
	return FileStatus{
		Size: w.Length, Mode: mode,
		ModTime: milliseconds(w.ModificationTime), AccessTime: milliseconds(w.AccessTime), Expires: milliseconds(w.ExpirationTime),
		Owner: w.Owner, Group: w.Group, HasACL: w.ACLBit,
		BlockSize: w.BlockSize, Replication: w.Replication, FileID: w.FileID, Children: w.ChildrenNum,
		Encrypted: w.EncBit, ErasureCode: w.ECBit, Symlink: w.Symlink,
	}, err
}

func (w *statusWire) mode() (fs.FileMode, error) {
	bits, err := strconv.ParseUint(w.Permission, 8, 12)
	if err != nil && w.Permission != "" {
		return 0, fmt.Errorf("%w: a file's permission is not octal", ErrUnexpectedResponse)
	}
	mode := modeOf(uint32(bits))
	switch w.Type {
	case "FILE":
		return mode, nil
	case "DIRECTORY":
		return mode | fs.ModeDir, nil
	case "SYMLINK":
		return mode | fs.ModeSymlink, nil
	default:
		return 0, fmt.Errorf("%w: a file has no type", ErrUnexpectedResponse)
	}
}

// milliseconds since 1970 are zero for never or unknown. What no time can be is
// neither.
func milliseconds(ms int64) time.Time {
	if ms <= 0 || ms > math.MaxInt64/int64(time.Millisecond) {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// entry is one of a directory. A name that leads elsewhere is none.
func (w *statusWire) entry() (*fileInfo, error) {
	if strings.Contains(w.PathSuffix, "/") || checkPart(w.PathSuffix) != nil {
		return nil, fmt.Errorf("%w: a directory has an entry whose name is none", ErrUnexpectedResponse)
	}
	status, err := w.status()
	return newInfo(w.PathSuffix, status), err
}
