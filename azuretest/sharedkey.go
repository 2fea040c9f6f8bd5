package azuretest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxSkew is how far the date of a request signed by a key may be from the time.
const maxSkew = 15 * time.Minute

// checkSharedKey judges a request that is signed, as a whole, by one of the account's
// keys. That opens everything.
// https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
func (b *blobService) checkSharedKey(q *blobRequest) *storageError {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.noKeys {
		return keysNotPermitted()
	}
	date, err := http.ParseTime(or(q.r.Header.Get("X-Ms-Date"), q.r.Header.Get("Date")))
	if err != nil || date.Sub(q.now).Abs() > maxSkew {
		return unauthenticatedSAS(fmt.Sprintf("The date header in the request is incorrect or more than 15 minutes from %s", httpTime(q.now)))
	}
	_, credentials, _ := strings.Cut(q.r.Header.Get("Authorization"), " ")
	account, signature, _ := strings.Cut(credentials, ":")
	text := q.sharedKeyString(b.name)
	if account != b.name || !b.signed(text, signature) {
		return unauthenticatedSAS(fmt.Sprintf("The MAC signature found in the HTTP request is not the same as any computed signature. Server used following string to sign: '%s'.", text))
	}
	return nil
}

// sharedKeyString is what is signed of a request.
func (q *blobRequest) sharedKeyString(account string) string {
	h := q.r.Header
	length := ""
	if q.r.ContentLength > 0 {
		length = fmt.Sprint(q.r.ContentLength)
	}
	date := h.Get("Date")
	if h.Get("X-Ms-Date") != "" {
		date = ""
	}
	fields := []string{
		q.r.Method, h.Get("Content-Encoding"), h.Get("Content-Language"), length, h.Get("Content-Md5"), h.Get("Content-Type"),
		date, h.Get("If-Modified-Since"), h.Get("If-Match"), h.Get("If-None-Match"), h.Get("If-Unmodified-Since"), h.Get("Range"),
	}
	return strings.Join(fields, "\n") + "\n" + q.canonicalHeaders() + q.canonicalResource(account)
}

func (q *blobRequest) canonicalHeaders() string {
	lines := map[string]string{}
	for key, values := range q.r.Header {
		if name := strings.ToLower(key); strings.HasPrefix(name, "x-ms-") {
			lines[name] = strings.Join(values, ",")
		}
	}
	return written(lines, "%s:%s\n")
}

func (q *blobRequest) canonicalResource(account string) string {
	lines := map[string]string{}
	for key, values := range q.query {
		lines[strings.ToLower(key)] = strings.Join(slices.Sorted(slices.Values(values)), ",")
	}
	return "/" + account + q.r.URL.EscapedPath() + written(lines, "\n%s:%s")
}

// written writes each line by a format, in the order of their names.
func written(lines map[string]string, format string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		fmt.Fprintf(&b, format, name, lines[name])
	}
	return b.String()
}
