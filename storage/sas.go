package storage

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/keyless-go/azure/internal/azrest"
)

// SAS is a shared access signature. It prints with its signature REDACTED under
// every verb of fmt, in JSON, text encodings and slog, also inside of other
// values; only [SAS.Token] gives it away. The zero value is none.
type SAS struct {
	fields *sasFields
}

type sasFields struct {
	token    *string // behind a second pointer: fmt looks behind one without asking
	redacted string
	expiry   time.Time
	version  string
	resource string
	letters  string
	protocol string
}

// get is empty for the zero SAS.
func (s SAS) get() sasFields {
	if s.fields == nil {
		return sasFields{redacted: azrest.Redacted}
	}
	return *s.fields
}

// Token gives the signature away: the query of a URL, encoded as it is to be
// sent, without question mark.
func (s SAS) Token() string {
	if s.fields == nil {
		return ""
	}
	return *s.fields.token
}

// Expiry is when the service stops accepting the signature, in UTC. It is zero
// if a stored access policy says when.
func (s SAS) Expiry() time.Time { return s.get().expiry }

// Permissions are the letters of what the signature allows, empty if a stored
// access policy says what.
func (s SAS) Permissions() string { return s.get().letters }

// Resource is the kind of resource the signature is for: c for a container, b
// for a blob, s for a share, f for a file; empty for an account, a queue, a table.
func (s SAS) Resource() string { return s.get().resource }

// Version is the service version the signature is made for, for example
// 2015-04-05. The API version of the request that got it is another one.
func (s SAS) Version() string { return s.get().version }

// signature is the secret in the token: as it is sent, as it is, and as others
// write it in a URL.
func (s SAS) signature() []string {
	for pair := range strings.SplitSeq(s.Token(), "&") {
		if raw, ok := strings.CutPrefix(pair, "sig="); ok {
			plain, _ := url.PathUnescape(raw) // it was parsed before
			return []string{raw, plain, url.QueryEscape(plain)}
		}
	}
	return nil
}

// allowsHTTP: without a word on the protocol both are allowed.
func (s SAS) allowsHTTP() bool {
	protocol := s.get().protocol
	return protocol == "" || strings.Contains(","+protocol+",", ",http,")
}

// String is the SAS with its signature redacted.
func (s SAS) String() string { return s.get().redacted }

// GoString is String, for %#v.
func (s SAS) GoString() string { return s.String() }

// Format prints String, whatever the verb; %q puts it into quotes.
func (s SAS) Format(f fmt.State, verb rune) {
	text := s.String()
	if verb == 'q' {
		text = `"` + text + `"`
	}
	_, _ = io.WriteString(f, text)
}

// MarshalJSON encodes String.
func (s SAS) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// MarshalText encodes String.
func (s SAS) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue is String, for slog.
func (s SAS) LogValue() slog.Value { return slog.StringValue(s.String()) }
