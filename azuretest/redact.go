package azuretest

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
)

// redacted stands where a token or a signature was.
const redacted = "REDACTED"

func (l *requestLog) redactHeader(h http.Header) http.Header {
	out := h.Clone()
	for key, values := range out {
		for i, v := range values {
			values[i] = l.redactValue(key, v)
		}
	}
	return out
}

// redactValue keeps of an Authorization header its scheme.
func (l *requestLog) redactValue(key, value string) string {
	switch key {
	case "Authorization", "Proxy-Authorization":
		if scheme, _, ok := strings.Cut(value, " "); ok {
			return scheme + " " + redacted
		}
		return redacted
	case "Secret", "X-Identity-Header":
		return redacted
	}
	return string(l.redact([]byte(value)))
}

// redact returns a copy of data without what looks like a token, whole or cut:
// two JSON objects in base64url with a dot between, and perhaps a signature; nor the
// signature of a SAS.
func (l *requestLog) redact(data []byte) []byte {
	data = bytes.Clone(data)
	if bytes.Contains(data, []byte(".eyJ")) {
		jwt := regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*)?`)
		data = jwt.ReplaceAll(data, []byte(redacted))
	}
	lower := bytes.ToLower(data)
	for _, mark := range []string{"sig", "%73", "%53", "%69", "%49", "%67", "%47"} { // letters may be escaped
		if bytes.Contains(lower, []byte(mark)) {
			return signatures().ReplaceAll(data, []byte("${1}"+redacted))
		}
	}
	return data
}

// signatures finds those of SAS: in a query, in one that is escaped to be the value in
// another, and in JSON, where & may be \u0026.
func signatures() *regexp.Regexp {
	return regexp.MustCompile(`(?i)((?:^|[^a-z]|3f)(?:s|%[57]3)(?:i|%[46]9)(?:g|%[46]7)(?:=|%3d|\\u003d))[a-z0-9%+/=_-]*`)
}
