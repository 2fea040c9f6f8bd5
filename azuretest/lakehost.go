package azuretest

import (
	"net/http"
	"net/url"
	"strings"
)

// lakeHost is one host of a lake that speaks WebHDFS.
type lakeHost struct {
	*DataLake

	role lakeRole
}

// listens lets plain http in where only https is served, too, but only to refuse it: a
// test then sees the request.
func (h lakeHost) listens(port string, tls bool) bool {
	switch h.profile {
	case Hadoop:
		plain, secure := "9870", "9871"
		if h.role == dataRole {
			plain, secure = "9864", "9865"
		}
		return port == plain && !tls || port == secure && tls
	case HttpFS:
		return port == "14000"
	case Knox:
		return port == "8443" && tls
	case Gen1, Gen2:
	}
	return port == "443" && tls || port == "80" && !tls
}

// locate finds the path in the lake that a request is about, and the query that says
// what to do with it, which in Knox's second step is sealed.
func (h lakeHost) locate(r *http.Request, q *lakeQuery) (path string, role lakeRole, ext, ok bool) {
	role = h.role
	whole := r.URL.Path
	if h.traits.dialect == httpFSDialect {
		whole = withoutParameters(r.URL)
	}
	rest, found := strings.CutPrefix(whole, h.traits.base)
	if h.traits.data != "" && !found {
		rest, found = strings.CutPrefix(r.URL.Path, h.traits.data)
		role = dataRole
		opened, intact := h.unseal(q.text("_"), r.URL.Path)
		if found && intact {
			*q = *opened
		}
		found = found && intact
	}
	if h.profile == Gen1 && !found {
		rest, found = strings.CutPrefix(r.URL.Path, "/webhdfsext")
		ext = true
	}
	if !found || rest != "" && rest[0] != '/' || strings.ContainsRune(rest, 0) {
		return "", role, ext, false
	}
	return strings.ToValidUTF8(cleanLake(rest), "\uFFFD"), role, ext, true
}

// withoutParameters returns a path as HttpFS's web server does, which drops what follows a
// semicolon that is not escaped.
func withoutParameters(u *url.URL) string {
	parts := strings.Split(u.EscapedPath(), "/")
	for i, part := range parts {
		plain, _, _ := strings.Cut(part, ";")
		if text, err := url.PathUnescape(plain); err == nil {
			plain = text
		}
		parts[i] = plain
	}
	return strings.Join(parts, "/")
}
