package azrest

import (
	"errors"
	"net/http"
	"strconv"
	"time"
)

// maxRetryAfter bounds what is believed: more is a mistake, and would overflow.
const maxRetryAfter = 24 * time.Hour

// retryAfter reads the headers azcore's retry honours, in its order.
func retryAfter(header http.Header) time.Duration {
	for _, name := range []string{"Retry-After-Ms", "X-Ms-Retry-After-Ms"} {
		if ms, err := strconv.Atoi(header.Get(name)); err == nil && ms > 0 {
			return min(time.Duration(ms), maxRetryAfter/time.Millisecond) * time.Millisecond
		}
	}
	value := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return min(time.Duration(seconds), maxRetryAfter/time.Second) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(0, time.Until(at)), maxRetryAfter)
	}
	return 0
}

// errorRetryAfter is what the service's error in err's chain asked for.
func errorRetryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*ServiceError](err); ok {
		return e.retryAfter
	}
	return 0
}
