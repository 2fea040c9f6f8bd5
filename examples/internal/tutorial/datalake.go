package tutorial

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/keyless-go/azure/datalake"
)

// DataLake is the tutorial that lists the root of a Data Lake Store and uploads
// a file into a folder. It goes on as the tutorial suggests: it reads the file
// back, appends to it and downloads it.
type DataLake struct {
	World
	Store  string    // the store's name, or any endpoint of package datalake
	Folder string    // without a slash; must exist
	File   string    // what to upload; empty: the tutorial's Test1.txt
	Bar    io.Writer // gets a progress bar for large files; nil: nobody
}

// Run prints the listing as the service answers it, and what it does to the file.
func (d DataLake) Run(ctx context.Context, out io.Writer) error {
	client, err := d.client()
	if err != nil {
		return err
	}
	if err := printDirectory(ctx, out, client, "/"); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "datalake")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	source := d.File
	if source == "" {
		source = filepath.Join(dir, "Test1.txt")
		if err := os.WriteFile(source, echo("Test file."), 0o600); err != nil {
			return err
		}
	}
	name := "/" + path.Join(d.Folder, filepath.Base(source))
	if err := d.upload(ctx, out, client, source, name); err != nil {
		return err
	}
	if err := readBack(ctx, out, client, source, name); err != nil {
		return err
	}
	return d.appendAndDownload(ctx, out, client, source, name, filepath.Join(dir, "downloaded"))
}

func (d DataLake) client() (*datalake.Client, error) {
	cred, err := d.Credential()
	if err != nil {
		return nil, err
	}
	endpoint := d.Store
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint + ".azuredatalakestore.net"
	}
	return datalake.NewClient(endpoint, cred, &datalake.ClientOptions{HTTPClient: d.HTTPClient, ClientOptions: d.clientOptions()})
}

// listed is an entry of a directory, its fields in the order of the service's answer.
type listed struct {
	Length           int64  `json:"length"`
	PathSuffix       string `json:"pathSuffix"`
	Type             string `json:"type"`
	BlockSize        int64  `json:"blockSize"`
	AccessTime       int64  `json:"accessTime"`
	ModificationTime int64  `json:"modificationTime"`
	Replication      int    `json:"replication"`
	Permission       string `json:"permission"`
	Owner            string `json:"owner"`
}

// printDirectory prints what the tutorial's request shows.
func printDirectory(ctx context.Context, out io.Writer, client *datalake.Client, name string) error {
	var list struct {
		FileStatuses struct{ FileStatus []listed }
	}
	for entry, err := range client.ReadDir(ctx, name) {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		list.FileStatuses.FileStatus = append(list.FileStatuses.FileStatus, newListed(info))
	}
	return json.NewEncoder(out).Encode(list)
}

func newListed(info fs.FileInfo) listed {
	one := listed{
		Length: info.Size(), PathSuffix: info.Name(), Type: "FILE",
		ModificationTime: info.ModTime().UnixMilli(), Permission: fmt.Sprintf("%o", info.Mode().Perm()),
	}
	if info.IsDir() {
		one.Type = "DIRECTORY"
	}
	if more, ok := info.Sys().(*datalake.FileStatus); ok {
		one.BlockSize, one.Replication, one.Owner = more.BlockSize, more.Replication, more.Owner
		if !more.AccessTime.IsZero() {
			one.AccessTime = more.AccessTime.UnixMilli()
		}
	}
	return one
}

func (d DataLake) upload(ctx context.Context, out io.Writer, client *datalake.Client, source, name string) error {
	file, err := os.Open(source) //nolint:gosec // the user names it
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	options := &datalake.UploadOptions{Progress: bar(d.Bar, "upload", info.Size())}
	if err := client.Upload(ctx, name, file, options); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Uploaded %s, %d bytes.\n", name, info.Size())
	return err
}

// readBack prints a short file, and compares one of any length.
func readBack(ctx context.Context, out io.Writer, client *datalake.Client, source, name string) error {
	file, err := client.Open(ctx, name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	original, err := os.Open(source) //nolint:gosec // the user names it
	if err != nil {
		return err
	}
	defer func() { _ = original.Close() }()
	var text bytes.Buffer
	same, err := equal(io.TeeReader(file, &firstPart{&text}), original)
	switch {
	case err != nil:
		return err
	case !same:
		return errors.New("what was read back is not the uploaded file")
	case text.Len() == maxShown:
		_, err = fmt.Fprintln(out, "Read back: the same.")
	default:
		_, err = fmt.Fprintf(out, "Read back: %s\n", strings.TrimSpace(plain(text.Bytes())))
	}
	return err
}

const maxShown = 1000

// firstPart keeps what fits on a screen.
type firstPart struct{ text *bytes.Buffer }

func (f *firstPart) Write(p []byte) (int, error) {
	f.text.Write(p[:min(len(p), maxShown-f.text.Len())])
	return len(p), nil
}

func (d DataLake) appendAndDownload(ctx context.Context, out io.Writer, client *datalake.Client, source, name, target string) error {
	more := echo("One more line.")[len(byteOrderMark):]
	if err := client.Append(ctx, name, bytes.NewReader(more)); err != nil {
		return err
	}
	info, err := client.Stat(ctx, name)
	if err != nil {
		return err
	}
	file, err := os.Create(target) //nolint:gosec // in a directory of its own
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	options := &datalake.DownloadOptions{Progress: bar(d.Bar, "download", info.Size())}
	if err := client.Download(ctx, name, file, options); err != nil {
		return err
	}
	original, err := os.Open(source) //nolint:gosec // the user names it
	if err != nil {
		return err
	}
	defer func() { _ = original.Close() }()
	same, err := equal(file, io.MultiReader(original, bytes.NewReader(more)))
	if err == nil && !same {
		err = errors.New("the downloaded file is not the uploaded one with what was appended")
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Appended %d bytes. The downloaded file is the uploaded one and these.\n", len(more))
	return err
}
