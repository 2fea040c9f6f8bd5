package azrest

import (
	"context"
	"errors"
	"iter"
	"net/http"
)

var errSamePage = errors.New("the next page is this page again")

type page[T any] struct {
	Value    []T    `json:"value"`
	NextLink string `json:"nextLink"`
}

// List sends a call and then one for each further page, when the loop gets there,
// and answers the items of all pages, of which any may be empty. It ends after the
// last page or the first error, which is invalid if that is not nil. A link to
// another service is not followed. Each loop over the list begins at its first page.
func List[W, T any](ctx context.Context, c *Client, first Call, convert func(W) T, invalid error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if invalid != nil {
			yield(none, c.Fail(first, invalid))
			return
		}
		call := first
		for {
			answer, err := Do[page[W]](ctx, c, call)
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range answer.Value {
				if !yield(convert(item), nil) {
					return
				}
			}
			if answer.NextLink == "" {
				return
			}
			if call, err = c.follow(call, answer.NextLink); err != nil {
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
