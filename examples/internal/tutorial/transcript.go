package tutorial

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

const redacted = "REDACTED"

// Transcript prints what is sent, and what is written to it as the answers, set
// off by two spaces. It is safe for concurrent use: clients send in parallel.
type Transcript struct {
	Out     io.Writer
	Verbose bool // print headers and status lines too

	mu       sync.Mutex // guards Out and what follows
	requests int
	tokens   int
}

// Counts returns how many requests were sent, and how many of them for tokens.
func (t *Transcript) Counts() (requests, tokens int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.requests, t.tokens
}

// Write prints an answer.
func (t *Transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for line := range bytes.Lines(p) {
		if len(bytes.TrimSpace(line)) > 0 {
			line = append([]byte("  "), line...)
		}
		if _, err := t.Out.Write(line); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// sent prints the first line of a request, and lines of its header.
func (t *Transcript) sent(token bool, first string, header []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests++
	if token {
		t.tokens++
	}
	t.print("  > ", first, header)
}

// answered prints the first line of an answer, and lines of its header.
func (t *Transcript) answered(first string, header []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.print("  < ", first, header)
}

func (t *Transcript) print(mark, first string, header []string) {
	_, _ = fmt.Fprintln(t.Out, mark+first)
	for _, line := range header {
		_, _ = fmt.Fprintln(t.Out, mark+"  "+line)
	}
}

// transcriber is an azcore policy that notes each try.
type transcriber struct {
	*Transcript

	token bool // what it sees are requests for tokens
}

// Do notes the request and, if told to be verbose, its answer.
func (t transcriber) Do(req *policy.Request) (*http.Response, error) {
	first := req.Raw().Method + " " + withoutSignature(req.Raw().URL)
	if !t.Verbose {
		t.sent(t.token, first, nil)
		return req.Next()
	}
	t.sent(t.token, first, headerLines(req.Raw().Header))
	start := time.Now()
	resp, err := req.Next()
	if err != nil {
		t.answered("no answer", nil)
		return resp, err
	}
	t.answered(fmt.Sprintf("%s %s in %s", resp.Proto, resp.Status, Milliseconds(time.Since(start))), headerLines(resp.Header))
	return resp, nil
}

// Milliseconds writes d as programs here print it.
func Milliseconds(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1000) }

// headerLines are the lines in the order of their names, without secrets.
func headerLines(header http.Header) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			lines = append(lines, name+": "+headerValue(name, value))
		}
	}
	return lines
}

func headerValue(name, value string) string {
	switch http.CanonicalHeaderKey(name) {
	case "Authorization", "Proxy-Authorization":
		if scheme, _, ok := strings.Cut(value, " "); ok {
			return scheme + " " + redacted
		}
		return redacted
	case "Cookie", "Set-Cookie", "Secret", "X-Identity-Header":
		return redacted
	}
	return withoutSecrets(value)
}

// withoutSignature is u without what would open it to whoever reads this.
func withoutSignature(u *url.URL) string { return withoutSecrets(u.String()) }

// withoutSecrets also finds them in a link that a header holds.
func withoutSecrets(text string) string {
	return regexp.MustCompile(`(?i)([?&](?:sig|token|delegation)=)[^&#\s]*`).ReplaceAllString(text, "${1}"+redacted)
}
