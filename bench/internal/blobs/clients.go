package blobs

import (
	"context"
	"io"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"

	"github.com/keyless-go/azure/storage"
)

// keyless is this library's client.
func keyless(url string) (Contender, error) {
	options := &storage.ClientOptions{}
	options.InsecureAllowCredentialWithHTTP = true
	client, err := storage.NewContainerClientWithCredential(url+"/"+container, holder{}, options)
	if err != nil {
		return Contender{}, err
	}
	return Contender{
		Name: "this library",
		Upload: func(ctx context.Context, file *os.File) error {
			return client.Upload(ctx, blob, file, nil)
		},
		Stream: func(ctx context.Context) (io.ReadCloser, error) {
			body, _, err := client.Download(ctx, blob)
			return body, err
		},
		Save: func(ctx context.Context, file *os.File) error {
			_, err := client.DownloadTo(ctx, blob, file, nil)
			return err
		},
	}, nil
}

// official is Microsoft's.
func official(url string) (Contender, error) {
	client, err := azblob.NewClient(url, holder{}, &azblob.ClientOptions{
		ClientOptions: azcore.ClientOptions{InsecureAllowCredentialWithHTTP: true},
	})
	if err != nil {
		return Contender{}, err
	}
	return Contender{
		Name: "azblob",
		Upload: func(ctx context.Context, file *os.File) error {
			_, err := client.UploadStream(ctx, container, blob, file, nil)
			return err
		},
		Stream: func(ctx context.Context) (io.ReadCloser, error) {
			resp, err := client.DownloadStream(ctx, container, blob, nil)
			return resp.Body, err
		},
		Save: func(ctx context.Context, file *os.File) error {
			_, err := client.DownloadFile(ctx, container, blob, file, nil)
			return err
		},
	}, nil
}
