package datalake

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// Checksum is a server's checksum of a file's content. Equal ones, algorithm
// and all, mean equal content; those of files that are stored in blocks of
// another size differ anyhow.
type Checksum struct {
	Algorithm string // "MD5-of-0MD5-of-512CRC32C"
	Bytes     []byte
}

// Checksum asks for the checksum of a file. Only Hadoop has one: Azure answers
// [errors.ErrUnsupported].
func (c *Client) Checksum(ctx context.Context, name string) (Checksum, error) {
	var sum Checksum
	err := changeFile(ctx, c, name, func(clean string, b interface {
		checksumOf(ctx context.Context, name string) (Checksum, error)
	},
	) (err error) {
		sum, err = b.checksumOf(ctx, clean)
		return err
	})
	return sum, pathError("checksum", name, err)
}

func (w *webhdfs) checksumOf(ctx context.Context, name string) (Checksum, error) {
	if !w.hdfs {
		return Checksum{}, errUnsupported("checksums")
	}
	for tries := 1; ; tries++ {
		sum, err := w.askChecksum(ctx, name)
		if err == nil || !w.retry.again(ctx, tries, err) {
			return sum, gaveUp(ctx, err)
		}
	}
}

func (w *webhdfs) askChecksum(ctx context.Context, name string) (Checksum, error) {
	resp, err := w.exchange(ctx, request{method: http.MethodGet, op: "GETFILECHECKSUM", name: name, once: true}, nil)
	if err != nil {
		return Checksum{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	return decodeChecksum(io.LimitReader(resp.Body, 64<<10))
}

// decodeChecksum: the bytes are in hexadecimal, and more than the length says
// if a newer Hadoop pads them.
func decodeChecksum(r io.Reader) (Checksum, error) {
	var wire struct {
		FileChecksum struct {
			Algorithm, Bytes string
			Length           int
		}
	}
	if json.NewDecoder(r).Decode(&wire) != nil {
		return Checksum{}, fmt.Errorf("%w: it holds no checksum", ErrUnexpectedResponse)
	}
	said := wire.FileChecksum
	sum, err := hex.DecodeString(said.Bytes)
	if err != nil || said.Algorithm == "" || said.Length <= 0 || len(sum) < said.Length {
		return Checksum{}, fmt.Errorf("%w: it holds no checksum", ErrUnexpectedResponse)
	}
	return Checksum{Algorithm: said.Algorithm, Bytes: sum[:said.Length]}, nil
}
