package azrest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"net/http"
)

// ErrSamePage is the error of a list that goes in a circle.
var ErrSamePage = fmt.Errorf("%w: the next page is one that has been read", ErrUnexpectedResponse)

// Trail is the pages that a loop has read, by their links' hashes: links are long.
type Trail map[[sha256.Size]byte]bool

// maxTrail bounds a trail. A circle of fewer pages is found still.
const maxTrail = 1000

// Enter is false for a page that is on the trail.
func (t Trail) Enter(link string) bool {
	page := sha256.Sum256([]byte(link))
	if t[page] {
		return false
	}
	if len(t) >= maxTrail {
		clear(t)
	}
	t[page] = true
	return true
}

type page[T any] struct {
	Value    []T    `json:"value"`
	NextLink string `json:"nextLink"`
}

// List sends a call and then one for each further page, when the loop gets there,
// and answers the items of all pages, of which any may be empty. It ends after the
// last page or the first error, which is invalid if that is not nil. A link to
// another service is not followed, nor one to a page that the loop has read. Each
// loop over the list begins at its first page.
func List[W, T any](ctx context.Context, c *Client, first Call, convert func(W) T, invalid error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if invalid != nil {
			yield(none, c.Fail(first, invalid))
			return
		}
		call, read := first, Trail{}
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
			if call, err = c.follow(call, answer.NextLink, read); err != nil {
				yield(none, c.Fail(call, err))
				return
			}
		}
	}
}

// follow is the call for the page behind link, of which call has read the one before.
func (c *Client) follow(call Call, link string, read Trail) (Call, error) {
	current, err := c.target(&call)
	if err != nil {
		return call, err
	}
	read.Enter(current)
	u, err := CheckLink("next page", c.endpoint, link)
	if err != nil {
		return call, err
	}
	if !read.Enter(u.String()) {
		return call, ErrSamePage
	}
	call.URL, call.Method, call.Body = u, http.MethodGet, nil
	return call, nil
}
