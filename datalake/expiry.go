package datalake

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/keyless-go/azure/internal/azrest"
)

// SetExpiry sets when the service removes a file, a directory never: a zero
// time takes it back. Gen1 keeps the millisecond, Gen2 the second. Hadoop answers
// [errors.ErrUnsupported].
func (c *Client) SetExpiry(ctx context.Context, name string, at time.Time) error {
	return pathError("setexpiry", name, changeFile(ctx, c, name, func(clean string, b interface {
		setExpiry(ctx context.Context, name string, at time.Time) error
	},
	) error {
		if err := checkTime(at); err != nil {
			return err
		}
		return b.setExpiry(ctx, clean, at)
	}))
}

func (w *webhdfs) setExpiry(ctx context.Context, name string, at time.Time) error {
	if !w.expiry {
		return errUnsupported("expiry")
	}
	query := url.Values{"expiryOption": {"NeverExpire"}}
	if !at.IsZero() {
		query = url.Values{"expiryOption": {"Absolute"}, "expireTime": {strconv.FormatInt(at.UnixMilli(), 10)}}
	}
	return w.tell(ctx, request{method: http.MethodPut, op: "SETEXPIRY", name: name, query: query, extension: true})
}

// setExpiry is an operation of the account's blob host.
// https://learn.microsoft.com/rest/api/storageservices/set-blob-expiry
func (d *dfs) setExpiry(ctx context.Context, name string, at time.Time) error {
	if d.blob == nil {
		return errors.ErrUnsupported
	}
	header := http.Header{"X-Ms-Expiry-Option": {"NeverExpire"}}
	if !at.IsZero() {
		header = http.Header{"X-Ms-Expiry-Option": {"Absolute"}, "X-Ms-Expiry-Time": {at.UTC().Format(http.TimeFormat)}}
	}
	request := d.request(d.blobOrigin, call{
		method: http.MethodPut, name: name, query: url.Values{"comp": {"expiry"}}, header: header,
	})
	_, err := azrest.Do[struct{}](ctx, d.blob, request)
	return fault(d.blobOrigin.Host, err)
}
