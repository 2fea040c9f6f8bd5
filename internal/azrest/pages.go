package azrest

import (
	"context"
	"errors"
	"iter"
	"net/http"
)

var errSamePage = errors.New("the next page is this page again")

// Pages sends a call and then one for each further page, whose link next finds
// in the page before. It ends after the last page or the first error. A link to
// another service is not followed.
func Pages[T any](ctx context.Context, c *Client, call Call, next func(T) string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			page, err := Do[T](ctx, c, call)
			if !yield(page, err) || err != nil {
				return
			}
			link := next(page)
			if link == "" {
				return
			}
			if call, err = c.follow(call, link); err != nil {
				var none T
				yield(none, c.Fail(call, err))
				return
			}
		}
	}
}

// follow is the call for the page behind link.
func (c *Client) follow(call Call, link string) (Call, error) {
	current, err := c.target(&call)
	if err != nil {
		return call, err
	}
	u, err := CheckLink("next page", c.endpoint, link)
	if err != nil {
		return call, err
	}
	if u.String() == current {
		return call, errSamePage
	}
	call.URL, call.Method, call.Body = u, http.MethodGet, nil
	return call, nil
}
