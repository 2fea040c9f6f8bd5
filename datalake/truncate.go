package datalake

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
	"time"
)

// Truncate cuts a file to a size. Hadoop makes no file longer; Gen2 cuts to
// nothing only, and keeps the permissions; Gen1 does not cut at all. All else is
// [errors.ErrUnsupported]. On Hadoop it waits until the file can be appended to again.
func (c *Client) Truncate(ctx context.Context, name string, size int64) error {
	return pathError("truncate", name, c.truncate(ctx, name, size))
}

func (c *Client) truncate(ctx context.Context, name string, size int64) error {
	return changeFile(ctx, c, name, func(clean string, b truncater) error {
		switch {
		case size < 0:
			return invalid("the size is negative")
		case !b.truncates(size):
			return errUnsupported("TRUNCATE to this size")
		}
		status, err := c.backend.stat(ctx, clean)
		switch {
		case err != nil:
			return err
		case status.Mode.IsDir():
			return syscall.EISDIR
		case size == status.Size:
			return nil
		case size > status.Size:
			return fmt.Errorf("%w: no file is made longer", errors.ErrUnsupported)
		}
		return b.truncate(ctx, clean, size, &status)
	})
}

type truncater interface {
	truncates(size int64) bool
	truncate(ctx context.Context, name string, size int64, now *FileStatus) error
}

func (w *webhdfs) truncates(int64) bool { return w.hdfs }
func (d *dfs) truncates(n int64) bool   { return n == 0 }

// truncate waits for the recovery of the last block. Until that is over the
// server answers false, then that somebody else is at it, then true.
func (w *webhdfs) truncate(ctx context.Context, name string, size int64, _ *FileStatus) error {
	r := request{
		method: http.MethodPost, op: "TRUNCATE", name: name,
		query: url.Values{"newlength": {strconv.FormatInt(size, 10)}},
	}
	const patient = 60 // times the pauses: about two minutes
	pauses := patience{retries: patient, first: 50 * time.Millisecond, most: 2 * time.Second}
	for tries := 1; ; tries++ {
		answer, err := ask[flag](ctx, w, r)
		switch {
		case err == nil && answer.Boolean == nil:
			return fmt.Errorf("%w: it does not say whether it was done", ErrUnexpectedResponse)
		case err == nil && *answer.Boolean:
			return nil
		case err == nil:
			err = ErrBusy
		case !errors.Is(err, ErrBusy) || tries == 1:
			return err
		}
		if tries > pauses.retries || !pauses.pause(ctx, tries, err) {
			return firstError(ctx.Err(), err)
		}
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// truncate makes the file anew, with what it had.
func (d *dfs) truncate(ctx context.Context, name string, _ int64, now *FileStatus) error {
	kept, err := d.ask(ctx, call{method: http.MethodHead, name: name})
	if err != nil {
		return err
	}
	header := http.Header{
		"If-Match": {now.ETag}, "X-Ms-Permissions": {octal4(modeBits(now.Mode))}, "X-Ms-Umask": {"0000"},
	}
	for from, to := range map[string]string{"X-Ms-Properties": "X-Ms-Properties", "Content-Type": "X-Ms-Content-Type"} {
		if value := kept.Get(from); value != "" {
			header.Set(to, value)
		}
	}
	err = d.tell(ctx, call{
		method: http.MethodPut, name: name, query: url.Values{"resource": {"file"}}, header: header, accept: []int{http.StatusCreated},
	})
	if errors.Is(err, ErrChanged) { // maybe by a request whose answer was lost
		if now, e := d.stat(ctx, name); e == nil && now.Size == 0 {
			return nil
		}
	}
	return err
}
