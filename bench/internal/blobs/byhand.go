package blobs

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/keyless-go/azure/bench/internal/transfer"
)

// byHand is one request of net/http for each transfer, whatever its size.
func byHand(url string) Contender {
	client := &http.Client{Transport: &http.Transport{}}
	target := url + "/" + container + "/" + blob
	get := func(ctx context.Context) (io.ReadCloser, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody)
		if err != nil {
			return nil, err
		}
		return send(client, req, http.StatusOK)
	}
	return Contender{
		Name:   "net/http by hand",
		Upload: func(ctx context.Context, file *os.File) error { return put(ctx, client, target, file) },
		Stream: get,
		Save: func(ctx context.Context, file *os.File) error {
			body, err := get(ctx)
			if err != nil {
				return err
			}
			defer func() { _ = body.Close() }()
			_, err = io.Copy(file, body)
			return err
		},
	}
}

func put(ctx context.Context, client *http.Client, target string, file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, target, transfer.OnlyReader{Reader: file})
	if err != nil {
		return err
	}
	req.ContentLength = info.Size()
	req.Header.Set("X-Ms-Blob-Type", "BlockBlob")
	body, err := send(client, req, http.StatusCreated)
	if err != nil {
		return err
	}
	return body.Close()
}

func send(client *http.Client, req *http.Request, want int) (io.ReadCloser, error) {
	req.Header.Set("Authorization", "Bearer e30.e30.c2lnbmF0dXJl")
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != want {
		_ = resp.Body.Close()
		return nil, fmt.Errorf("the service answered %s", resp.Status)
	}
	return resp.Body, nil
}
