package azuretest

import (
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// blobService is an account's blobs at one cloud's address.
type blobService struct {
	*StorageAccount

	host string
}

// blobHost returns the account that has its blobs at a host, if there is one.
func (s *Server) blobHost(host string) *blobService {
	name, suffix, _ := strings.Cut(strings.ToLower(host), ".")
	switch suffix {
	case "blob.core.windows.net", "blob.core.usgovcloudapi.net", "blob.core.chinacloudapi.cn":
	default:
		return nil
	}
	s.arm.mu.Lock()
	defer s.arm.mu.Unlock()
	s.arm.settle(s.Now())
	if a := s.arm.accounts[name]; a != nil {
		return &blobService{a, strings.ToLower(host)}
	}
	return nil
}

// blobRequest is a request to an account's blobs.
type blobRequest struct {
	blobTarget

	*call

	query  url.Values
	now    time.Time
	sas    sas       // nil: it has none
	ip     net.IP    // whence it comes; nil: unknown
	bearer *Identity // whose token it has; nil: it has none
}

// listens lets plain http in: a SAS may allow it.
func (b *blobService) listens(port string, tls bool) bool {
	return port == "443" && tls || port == "80" && !tls
}

func (b *blobService) operation(r *http.Request) string {
	query, err := url.ParseQuery(r.URL.RawQuery)
	target := parseBlobTarget(r.Method, r.URL.EscapedPath(), query)
	if err != nil || target.op == "" {
		return "unknown"
	}
	return "storage." + target.op
}

// admit lets everybody in: the service has no limit a test could reach.
func (b *blobService) admit(*call) func() { return func() {} }

func (b *blobService) serve(c *call) {
	b.describe(c)
	q, op, problem := b.understand(c)
	if problem == nil {
		problem = b.authorize(q, op)
	}
	if problem == nil {
		problem = op.perform(b.StorageAccount, q)
	}
	if problem != nil {
		b.refuse(c, problem)
	}
}

// understand reads everything but the body.
func (b *blobService) understand(c *call) (*blobRequest, blobOperation, *storageError) {
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return nil, blobOperation{}, badStorageRequest("InvalidUri", "the query cannot be parsed")
	}
	q := &blobRequest{
		blobTarget: parseBlobTarget(c.r.Method, c.r.URL.EscapedPath(), query),
		call:       c,
		query:      query,
		now:        b.server.Now(),
		sas:        sasIn(query),
		ip:         remoteIP(c.r),
	}
	op, known := blobOperations(q.op)
	switch {
	case !known:
		return nil, op, &storageError{status: http.StatusMethodNotAllowed, code: "UnsupportedHttpVerb", message: "The resource doesn't support the specified Http Verb, or the emulator does not have this operation."}
	case q.container != "" && !isContainerName(q.container), q.blob != "" && !isBlobName(q.blob):
		return nil, op, badStorageRequest("InvalidResourceName", "The specified resource name contains invalid characters or has an invalid length.")
	case unsupported(c.r.Header) != "":
		return nil, op, badStorageRequest("UnsupportedHeader", "One of the HTTP headers specified in the request is not supported: the emulator does not do "+unsupported(c.r.Header)+".")
	case !oneVersion(c.r.Header.Values("X-Ms-Version")):
		return nil, op, badHeader("x-ms-version", "is not one version")
	}
	return q, op, b.elsewhere()
}

// elsewhere refuses what another server is to answer.
func (b *blobService) elsewhere() *storageError {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.handedOver == nil {
		return nil
	}
	return badStorageRequest("InvalidUri", "the account was handed over to "+b.handedOver.endpoint+": its blobs are there")
}

// oneVersion reports whether x-ms-version, which need not be there, names one version.
// A client that sets the header twice sends two.
func oneVersion(values []string) bool {
	return len(values) == 0 || len(values) == 1 && regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`).MatchString(values[0])
}

// unsupported names the header line of a request that asks for what the emulator does
// not do, if there is one: overlooking it would do something else.
func unsupported(h http.Header) string {
	for _, name := range []string{"X-Ms-Copy-Source", "X-Ms-Encryption-Key", "X-Ms-If-Tags", "X-Ms-Lease-Id", "X-Ms-Structured-Body", "X-Ms-Tags"} {
		if h.Get(name) != "" {
			return strings.ToLower(name)
		}
	}
	return ""
}

func remoteIP(r *http.Request) net.IP {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return nil
	}
	return net.ParseIP(host)
}

// describe sets the lines every answer has.
func (b *blobService) describe(c *call) {
	h := c.w.Header()
	h.Set("Date", httpTime(b.server.Now()))
	h.Set("Server", "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0")
	h.Set("X-Ms-Request-Id", newGUID())
	if id := c.r.Header.Get("X-Ms-Client-Request-Id"); id != "" {
		h.Set("X-Ms-Client-Request-Id", id)
	}
	if version := c.r.Header.Get("X-Ms-Version"); version != "" {
		h.Set("X-Ms-Version", version)
	}
}
