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
		if d := duration(header.Get(name), "ms"); d > 0 {
			return d
		}
	}
	value := header.Get("Retry-After")
	if d := duration(value, "s"); d > 0 {
		return d
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(0, time.Until(at)), maxRetryAfter)
	}
	return 0
}

// duration reads a whole number of units, 0 if it is none.
func duration(number, unit string) time.Duration {
	if _, err := strconv.ParseUint(number, 10, 31); err != nil {
		return 0
	}
	d, err := time.ParseDuration(number + unit)
	if err != nil {
		return 0
	}
	return min(d, maxRetryAfter)
}

// errorRetryAfter is what the service's error in err's chain asked for.
func errorRetryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*ServiceError](err); ok {
		return e.retryAfter
	}
	return 0
}
