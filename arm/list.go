package arm

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/keyless-go/azure/internal/azrest"
)

// ListOptions choose what [ResourceGroupClient.List] lists. Nil and the zero
// value mean all groups.
type ListOptions struct {
	// Filter is an OData expression. The service knows tagName eq 'x', and
	// tagName eq 'x' and tagValue eq 'y'.
	Filter string
	// Top is how many groups the service gives per request; the list has all
	// of them. Zero: the service's choice. Negative: an error.
	Top int
}

// List lists the groups of the subscription that the identity may read. The
// list ends after the first error; a request is sent for each page, when the
// loop gets there.
func (c *ResourceGroupClient) List(ctx context.Context, options *ListOptions) iter.Seq2[ResourceGroup, error] {
	if options == nil {
		options = &ListOptions{}
	}
	return azrest.List(ctx, c.rest, azrest.Call{
		Span: "ResourceGroupClient.List", Action: "list resource groups",
		Method: http.MethodGet, Path: []string{"subscriptions", c.subscription, "resourceGroups"},
		Query: options.query(),
	}, groupWire.group, options.check())
}

func (o *ListOptions) check() error {
	if o.Top < 0 {
		return fmt.Errorf("option Top is %d: it must not be negative", o.Top)
	}
	return nil
}

func (o *ListOptions) query() url.Values {
	query := url.Values{}
	if o.Filter != "" {
		query.Set("$filter", o.Filter)
	}
	if o.Top > 0 {
		query.Set("$top", strconv.Itoa(o.Top))
	}
	return query
}
