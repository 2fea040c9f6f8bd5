package datalake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"

	"github.com/keyless-go/azure/internal/azrest"
)

// Concat moves the contents of the sources to the end of a file, in their
// order, without copying. The sources are gone then. They are in the file's
// directory, and none is empty, twice there or the file itself. Gen2 answers
// [errors.ErrUnsupported].
func (c *Client) Concat(ctx context.Context, name string, sources ...string) error {
	return pathError("concat", name, c.concat(ctx, name, sources))
}

type concatenator interface {
	// joins says whether files of such a name can be sources.
	joins(name string) bool
	concat(ctx context.Context, target string, sources []string) error
}

func (c *Client) concat(ctx context.Context, target string, sources []string) error {
	b, ok := c.backend.(concatenator)
	if !ok {
		return errors.ErrUnsupported
	}
	target, err := c.cleanFile(target)
	if err != nil {
		return err
	}
	all, err := c.cleanSources(target, sources)
	if err != nil {
		return err
	}
	if !b.joins(strings.Join(all, "")) {
		return invalid("Hadoop concatenates no file with a comma in its name")
	}
	size, err := c.sizeOf(ctx, append([]string{target}, all...))
	if err != nil {
		return err
	}
	return c.join(ctx, b, target, all, size)
}

func (c *Client) cleanSources(target string, sources []string) ([]string, error) {
	if len(sources) == 0 {
		return nil, invalid("there is nothing to concatenate")
	}
	clean := make([]string, 0, len(sources))
	for _, name := range sources {
		source, err := c.cleanFile(name)
		switch {
		case err != nil:
			return nil, fmt.Errorf("source %q: %w", name, err)
		case source == target || slices.Contains(clean, source):
			return nil, invalid(fmt.Sprintf("the source %q is there twice", source))
		case parent(source) != parent(target):
			return nil, invalid(fmt.Sprintf("the source %q is in another directory", source))
		}
		clean = append(clean, source)
	}
	return clean, nil
}

func (c *Client) sizeOf(ctx context.Context, names []string) (int64, error) {
	var size int64
	for i, name := range names {
		status, err := c.backend.stat(ctx, name)
		switch {
		case err != nil:
			return 0, fmt.Errorf("%q: %w", name, err)
		case status.Mode.IsDir():
			return 0, fmt.Errorf("%q: %w", name, syscall.EISDIR)
		case status.Size == 0 && i > 0:
			return 0, invalid(fmt.Sprintf("the source %q is empty", name))
		}
		size += status.Size
	}
	return size, nil
}

// join looks what has become of it when an answer is lost: once the sources are
// gone, another try can only do harm.
func (c *Client) join(ctx context.Context, b concatenator, target string, sources []string, size int64) error {
	for tries := 1; ; tries++ {
		err := b.concat(ctx, target, sources)
		if err == nil || !c.retry.again(ctx, tries, err) {
			return gaveUp(ctx, err)
		}
		_, gone := c.backend.stat(ctx, sources[0])
		now, there := c.backend.stat(ctx, target)
		switch {
		case errors.Is(gone, fs.ErrNotExist) && there == nil && now.Size == size:
			return nil
		case gone != nil:
			return err
		}
	}
}

// joins: Hadoop takes the names as a list with commas.
func (w *webhdfs) joins(name string) bool { return w.msConcat || !strings.Contains(name, ",") }

// concat: Gen1 takes the names in a body, which bounds neither their number nor
// their letters.
func (w *webhdfs) concat(ctx context.Context, target string, sources []string) error {
	r := request{method: http.MethodPost, op: "CONCAT", name: target, once: true}
	if w.msConcat {
		body, err := json.Marshal(map[string][]string{"sources": sources})
		if err != nil {
			return err
		}
		r.op, r.body = "MSCONCAT", azrest.NewContent("application/json", body)
	} else {
		r.query = url.Values{"sources": {untrimmed(strings.Join(sources, ","))}}
	}
	return w.tell(ctx, r)
}
