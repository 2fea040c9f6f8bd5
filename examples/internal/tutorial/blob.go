package tutorial

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/keyless-go/azure/storage"
)

// testText is the tutorial's test.txt, 56 bytes.
func testText() []byte { return echo("This is a test text file.") }

// printBlob prints the lines of Set-AzStorageBlobContent that are about the blob.
func printBlob(out io.Writer, blob storage.BlobProperties) error {
	_, err := fmt.Fprintf(out, `BlobType          : BlockBlob
Length            : %d
ContentType       : %s
LastModified      : %s
Name              : %s

`, blob.Size, blob.ContentType, blob.LastModified.Format("1/2/2006 3:04:05 PM -07:00"), blob.Name)
	return err
}

// compare says whether two files hold the same.
func compare(out io.Writer, path, other string) error {
	a, err := os.Open(path) //nolint:gosec // the user names it
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	b, err := os.Open(other) //nolint:gosec // in a directory of its own
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	same, err := equal(a, b)
	if err == nil && !same {
		err = errors.New("the downloaded file is not the uploaded one")
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "The downloaded file is the uploaded one.")
	return err
}

func equal(a, b io.Reader) (bool, error) {
	left, right := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, err := io.ReadFull(a, left)
		m, err2 := io.ReadFull(b, right)
		ended, ended2 := isEnd(err), isEnd(err2)
		switch {
		case err != nil && !ended:
			return false, err
		case err2 != nil && !ended2:
			return false, err2
		case ended != ended2 || !bytes.Equal(left[:n], right[:m]):
			return false, nil
		case ended:
			return true, nil
		}
	}
}

func isEnd(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }
