package lakes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

const (
	user     = "alice"
	file     = "/large"
	atOnce   = 100 << 20 // the most that Microsoft's SDK appends in one request
	audience = "https://storage.azure.com/.default"
)

// byHand sends what a program without a library would send at the least.
type byHand struct{ *Lake }

func newByHand(l *Lake) Contender {
	b := byHand{l}
	upload := b.hadoopUpload
	if l.gen2 {
		upload = b.gen2Upload
	}
	return Contender{
		Name:   "net/http by hand",
		Upload: func(ctx context.Context, r *io.SectionReader) error { return upload(ctx, r, r.Size()) },
		Write: func(ctx context.Context, size int64) (io.WriteCloser, error) {
			r, w := io.Pipe()
			done := make(chan error, 1)
			if !l.gen2 {
				size = -1 // it goes without saying
			}
			go func() { done <- errors.Join(upload(ctx, r, size), r.Close()) }()
			return &pipe{w, done}, nil
		},
		Stream: b.get,
		Save: func(ctx context.Context, w io.WriterAt) error {
			body, err := b.get(ctx)
			if err != nil {
				return err
			}
			defer func() { _ = body.Close() }()
			_, err = io.Copy(io.NewOffsetWriter(w, 0), body)
			return err
		},
	}
}

// pipe is a writer whose Close waits for the reader's work.
type pipe struct {
	*io.PipeWriter
	done chan error
}

// Close ends the file.
func (p *pipe) Close() error {
	_ = p.PipeWriter.Close()
	return <-p.done
}

// hadoopUpload asks where the data are to go, and sends them there.
func (b byHand) hadoopUpload(ctx context.Context, r io.Reader, size int64) error {
	resp, err := b.send(ctx, http.MethodPut, b.query("op=CREATE&overwrite=true"), http.NoBody, 0)
	if err == nil && resp.StatusCode == http.StatusTemporaryRedirect {
		_ = resp.Body.Close()
		resp, err = b.send(ctx, http.MethodPut, resp.Header.Get("Location"), r, size)
	}
	return ended(resp, err, http.StatusCreated)
}

// gen2Upload makes a file, appends as much as goes into one request, and flushes.
func (b byHand) gen2Upload(ctx context.Context, r io.Reader, size int64) error {
	resp, err := b.send(ctx, http.MethodPut, b.query("resource=file"), http.NoBody, 0)
	if err := ended(resp, err, http.StatusCreated); err != nil {
		return err
	}
	for at := int64(0); at < size; at += atOnce {
		n := min(atOnce, size-at)
		resp, err := b.send(ctx, http.MethodPatch, b.query(fmt.Sprintf("action=append&position=%d", at)), io.LimitReader(r, n), n)
		if err := ended(resp, err, http.StatusAccepted); err != nil {
			return err
		}
	}
	resp, err = b.send(ctx, http.MethodPatch, b.query(fmt.Sprintf("action=flush&position=%d", size)), http.NoBody, 0)
	return ended(resp, err, http.StatusOK)
}

func (b byHand) get(ctx context.Context) (io.ReadCloser, error) {
	address := b.query("op=OPEN")
	if b.gen2 {
		address = b.url + file
	}
	resp, err := b.send(ctx, http.MethodGet, address, http.NoBody, 0)
	if err == nil && resp.StatusCode == http.StatusTemporaryRedirect {
		_ = resp.Body.Close()
		resp, err = b.send(ctx, http.MethodGet, resp.Header.Get("Location"), http.NoBody, 0)
	}
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, ended(resp, nil, http.StatusOK)
	}
	return resp.Body, nil
}

// query is the address of the file with a query.
func (b byHand) query(text string) string {
	if !b.gen2 {
		text += "&user.name=" + user
	}
	return b.url + file + "?" + text
}

func (b byHand) send(ctx context.Context, method, address string, body io.Reader, length int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, err
	}
	req.ContentLength = length
	req.Header.Set("Content-Type", "application/octet-stream")
	if b.cred != nil {
		token, err := b.cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{audience}})
		if err != nil {
			return nil, err
		}
		req.Header.Set("Authorization", "Bearer "+token.Token)
		req.Header.Set("X-Ms-Version", "2023-11-03")
	}
	client := *b.http
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client.Do(req)
}

// ended closes an answer, which must have the status.
func ended(resp *http.Response, err error, want int) error {
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	_ = resp.Body.Close()
	if err == nil && resp.StatusCode != want {
		err = fmt.Errorf("the server answered %s: %s", resp.Status, strings.TrimSpace(string(text)))
	}
	return err
}

// Remove deletes the file, if there is one.
func (l *Lake) Remove(ctx context.Context) error {
	b := byHand{l}
	text := "recursive=false"
	if !l.gen2 {
		text = "op=DELETE"
	}
	resp, err := b.send(ctx, http.MethodDelete, b.query(text), http.NoBody, 0)
	if err == nil && resp.StatusCode == http.StatusNotFound {
		return resp.Body.Close()
	}
	return ended(resp, err, http.StatusOK)
}
