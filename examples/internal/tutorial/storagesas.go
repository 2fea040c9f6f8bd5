package tutorial

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/keyless-go/azure/storage"
)

// StorageSAS is the tutorial that gets a SAS of a container from Azure Resource
// Manager, uploads a file with it, and downloads it again.
type StorageSAS struct {
	World
	Subscription string
	Group        string
	Account      string
	Container    string
	Blob         string
	File         string        // what to upload; empty: the tutorial's test.txt
	Lifetime     time.Duration // of a SAS
	APIVersion   string        // of Resource Manager; empty: the client's default
	ShowSAS      bool          // print the SAS with its signature
	Bar          io.Writer     // gets a progress bar for large files; nil: nobody
}

// Run prints the SAS and what is uploaded and downloaded, as the tutorial's
// commands do.
func (s StorageSAS) Run(ctx context.Context, out io.Writer) error {
	sas, container, err := s.clients()
	if err != nil {
		return err
	}
	if err := s.printSAS(ctx, out, sas); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "storagesas")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	source := s.File
	if source == "" {
		source = filepath.Join(dir, "test.txt")
		if err := os.WriteFile(source, testText(), 0o600); err != nil {
			return err
		}
	}
	uploaded, err := s.upload(ctx, container, source)
	if err != nil {
		return err
	}
	if err := printBlob(out, uploaded); err != nil {
		return err
	}
	target := filepath.Join(dir, "test2.txt")
	downloaded, err := s.download(ctx, container, target, uploaded.Size)
	if err != nil {
		return err
	}
	if err := printBlob(out, downloaded); err != nil {
		return err
	}
	return compare(out, source, target)
}

// clients are one for the SAS and one for the container that uses it.
func (s StorageSAS) clients() (*storage.SASCredential, *storage.ContainerClient, error) {
	cred, err := s.Credential()
	if err != nil {
		return nil, nil, err
	}
	options := &storage.ClientOptions{HTTPClient: s.HTTPClient, ClientOptions: s.clientOptions()}
	management := *options
	management.APIVersion = s.APIVersion
	client, err := storage.NewSASClient(s.Subscription, s.Group, s.Account, cred, &management)
	if err != nil {
		return nil, nil, err
	}
	sas := client.NewSASCredential(storage.ServiceSASParameters{Container: s.Container, Permissions: "rcw", Protocol: "https"}, s.Lifetime)
	container, err := storage.NewContainerClient("https://"+s.Account+".blob.core.windows.net/"+s.Container, sas, options)
	return sas, container, err
}

// printSAS shows what would open the container to whoever reads it only when told to.
func (s StorageSAS) printSAS(ctx context.Context, out io.Writer, credential *storage.SASCredential) error {
	sas, err := credential.SAS(ctx)
	if err != nil {
		return err
	}
	text := sas.String()
	if s.ShowSAS {
		text = sas.Token()
	}
	_, err = fmt.Fprintf(out, "%s\n\n", text)
	return err
}

func (s StorageSAS) upload(ctx context.Context, container *storage.ContainerClient, path string) (storage.BlobProperties, error) {
	file, err := os.Open(path) //nolint:gosec // the user names it
	if err != nil {
		return storage.BlobProperties{}, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return storage.BlobProperties{}, err
	}
	progress := bar(s.Bar, "upload", info.Size())
	if err := container.Upload(ctx, s.Blob, file, &storage.UploadOptions{Progress: progress}); err != nil {
		return storage.BlobProperties{}, err
	}
	return container.Properties(ctx, s.Blob)
}

func (s StorageSAS) download(ctx context.Context, container *storage.ContainerClient, path string, size int64) (storage.BlobProperties, error) {
	file, err := os.Create(path) //nolint:gosec // in a directory of its own
	if err != nil {
		return storage.BlobProperties{}, err
	}
	progress := bar(s.Bar, "download", size)
	properties, err := container.DownloadTo(ctx, s.Blob, file, &storage.DownloadOptions{Progress: progress})
	if closed := file.Close(); err == nil {
		err = closed
	}
	return properties, err
}
