package datalake

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"syscall"
	"time"
)

// Rename moves a file or directory. It replaces a file that has the new name,
// but no directory: that is [fs.ErrExist]. A missing file or new parent is
// [fs.ErrNotExist], a directory onto a file or below itself is refused. The
// error is an *os.LinkError.
//
// It happens at once or not at all, but where HttpFS replaces a file: it cannot,
// so that the old one is put aside for a moment, under a name that ends in .part.
func (c *Client) Rename(ctx context.Context, from, to string) error {
	return linkError("rename", from, to, c.rename(ctx, from, to))
}

func (c *Client) rename(ctx context.Context, from, to string) error {
	dirs := saysDir(from) || saysDir(to)
	from, to, err := c.cleanBoth(from, to)
	if err != nil {
		return err
	}
	source, err := c.backend.stat(ctx, from)
	switch {
	case err != nil:
		return err
	case dirs && !source.Mode.IsDir():
		return syscall.ENOTDIR
	case from == to && !source.Mode.IsDir():
		return nil
	}
	existing, err := c.lookup(ctx, to)
	switch {
	case err != nil:
		return err
	case existing != nil && existing.Mode.IsDir():
		return fs.ErrExist
	case existing != nil && source.Mode.IsDir():
		return syscall.ENOTDIR
	}
	return c.move(ctx, from, to, &source)
}

func (c *Client) cleanBoth(from, to string) (cleanFrom, cleanTo string, err error) {
	if cleanFrom, err = c.clean(from); err != nil {
		return "", "", err
	}
	if cleanTo, err = c.clean(to); err != nil {
		return "", "", err
	}
	if cleanFrom == "/" || within(cleanTo, cleanFrom) {
		return "", "", invalid("a directory cannot be moved below itself")
	}
	return cleanFrom, cleanTo, nil
}

// move looks what has become of a rename whose answer is lost, before it is
// tried again.
func (c *Client) move(ctx context.Context, from, to string, source *FileStatus) error {
	for tries := 1; ; tries++ {
		err := c.backend.rename(ctx, from, to)
		if err == nil {
			return nil
		}
		again := c.retry.again(ctx, tries, err)
		if (again || tries > 1) && c.moved(ctx, from, to, source) {
			return nil
		}
		if !again {
			return gaveUp(ctx, err)
		}
	}
}

func (c *Client) moved(ctx context.Context, from, to string, source *FileStatus) bool {
	if _, err := c.backend.stat(ctx, from); !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	now, err := c.backend.stat(ctx, to)
	return err == nil && now.Size == source.Size && now.Mode.Type() == source.Mode.Type()
}

// rename: who knows renameoptions answers nothing, and an exception if it fails.
// HttpFS does not know them, and answers false without saying why.
func (w *webhdfs) rename(ctx context.Context, from, to string) error {
	done, err := w.renamed(ctx, from, to)
	if done || err != nil {
		return err
	}
	target, err := w.stat(ctx, to)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fs.ErrNotExist // what is missing is the source, or the target's directory
	case err != nil:
		return err
	case target.Mode.IsDir():
		return fs.ErrExist
	}
	if _, err := w.stat(ctx, from); err != nil {
		return err
	}
	return w.replace(ctx, from, to)
}

// replace puts a file in the place of another, which stays aside until that has
// been done.
func (w *webhdfs) replace(ctx context.Context, from, to string) error {
	aside := tempName(to)
	done, err := w.renamed(ctx, to, aside)
	switch {
	case err != nil:
		_, _ = w.bringBack(ctx, aside, to, err) // it may be there
		return err
	case !done:
		return ErrBusy // somebody else was faster
	}
	done, err = w.renamed(ctx, from, to)
	// The caller's time may be over, but not the other file's.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err != nil || !done {
		if back, e := w.bringBack(ctx, aside, to, err); e != nil || back {
			return firstError(err, ErrBusy)
		}
		if _, e := w.stat(ctx, from); errors.Is(e, fs.ErrNotExist) {
			err = nil // it had been done
		} else {
			err = firstError(err, ErrBusy)
		}
	}
	for tries := 1; ; tries++ {
		if !w.retry.again(ctx, tries, w.remove(ctx, aside, false)) {
			return err
		}
	}
}

// bringBack gives a file that was put aside its name again, in a time of its own. A
// request whose answer is lost may still be on its way: until then nothing is aside.
func (w *webhdfs) bringBack(ctx context.Context, aside, to string, failure error) (back bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	late := patience{retries: 4, first: 50 * time.Millisecond, most: time.Second}
	if exception(failure) != "" {
		late.retries = 0 // the server has answered
	}
	for tries := 1; ; tries++ {
		back, err = w.renamed(ctx, aside, to)
		if back || tries > late.retries || !late.pause(ctx, tries, nil) {
			return back, err
		}
	}
}

// untrimmed saves a space at the end of a name in a query, which HttpFS would
// take away; the slash goes there and elsewhere.
func untrimmed(name string) string {
	if name[len(name)-1] <= ' ' {
		return name + "/"
	}
	return name
}

// renamed says whether a file has been moved.
func (w *webhdfs) renamed(ctx context.Context, from, to string) (bool, error) {
	resp, err := w.home.Send(ctx, w.call(request{
		method: http.MethodPut, op: "RENAME", name: from, once: true,
		query: url.Values{"destination": {untrimmed(to)}, "renameoptions": {"OVERWRITE"}},
	}))
	if err != nil {
		return false, fault(w.origin.Host, err)
	}
	defer func() { _ = resp.Body.Close() }()
	return decodeFlag(resp)
}

func (d *dfs) rename(ctx context.Context, from, to string) error {
	err := d.tell(ctx, call{
		method: http.MethodPut, name: to, once: true, accept: []int{http.StatusCreated},
		header: http.Header{"X-Ms-Rename-Source": {d.path + escapeName(from)}},
	})
	return err
}
