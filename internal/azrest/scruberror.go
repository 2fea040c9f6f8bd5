package azrest

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
)

// ScrubError answers an error that says what err says, without the query, the
// user and the fragment of any URL. errors.Is and errors.As see what they saw
// before; a *url.Error is found scrubbed. Nil stays nil.
func ScrubError(err error) error {
	if err == nil {
		return nil
	}
	if u, ok := any(err).(*url.Error); ok {
		return scrubURLError(u)
	}
	text := Scrub(err.Error())
	if u, ok := errors.AsType[*url.Error](err); ok {
		return &scrubbedError{text: Scrub(withoutURLs(err)), cause: scrubURLError(u), original: err}
	}
	if text == err.Error() {
		return err
	}
	return &scrubbedError{text: text, cause: err, original: err}
}

func scrubURLError(u *url.Error) *url.Error {
	return &url.Error{Op: u.Op, URL: scrubURL(u.URL), Err: ScrubError(u.Err)}
}

// withoutURLs is err's text with every URL of a *url.Error in it scrubbed. Such
// an error quotes its URL.
func withoutURLs(err error) string {
	text := err.Error()
	var u *url.Error
	for cause := err; errors.As(cause, &u); cause = u.Err {
		text = strings.ReplaceAll(text, strconv.Quote(u.URL), strconv.Quote(scrubURL(u.URL)))
		text = strings.ReplaceAll(text, u.URL, scrubURL(u.URL))
	}
	return text
}

type scrubbedError struct {
	text            string
	cause, original error
}

func (e *scrubbedError) Error() string { return e.text }

// GoString keeps %#v from reaching the original.
func (e *scrubbedError) GoString() string { return strconv.Quote(e.text) }

// Is sees what the original is.
func (e *scrubbedError) Is(target error) bool { return errors.Is(e.original, target) }

// As finds a URL scrubbed, and all else as it was.
func (e *scrubbedError) As(target any) bool {
	return errors.As(e.cause, target) || errors.As(e.original, target)
}
