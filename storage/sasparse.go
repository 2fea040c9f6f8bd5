package storage

import (
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/keyless-go/azure/internal/azrest"
)

var errNoSAS = errors.New("the answer's SAS cannot be read")

// parseSAS reads a signature by the names of its fields, in whatever order they
// come. No error repeats it.
func parseSAS(token string) (SAS, error) {
	// A plus sign would reach the service as a space.
	token = strings.ReplaceAll(strings.TrimPrefix(token, "?"), "+", "%2B")
	fields := map[string]string{}
	redacted := strings.Split(token, "&")
	for i, pair := range redacted {
		name, value, found := strings.Cut(pair, "=")
		decoded, err := url.PathUnescape(value)
		if _, twice := fields[name]; !found || twice || err != nil || !isPlain(name, value) {
			return SAS{}, errNoSAS
		}
		fields[name] = decoded
		if !isSASKey(name) || name == "sig" {
			redacted[i] = name + "=" + azrest.Redacted
		}
	}
	if fields["sig"] == "" || fields["sv"] == "" {
		return SAS{}, errNoSAS
	}
	expiry, err := parseTime(fields["se"])
	if err != nil {
		return SAS{}, errNoSAS
	}
	return SAS{&sasFields{
		token: &token, redacted: strings.Join(redacted, "&"), expiry: expiry,
		version: fields["sv"], resource: fields["sr"], letters: fields["sp"], protocol: fields["spr"],
	}}, nil
}

// isPlain says whether a name and its value can go into a URL as they are.
func isPlain(name, value string) bool {
	inName := func(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' }
	inValue := func(r rune) bool { return inName(r) || strings.ContainsRune("%-._~!$'()*,/:?@=", r) }
	return name != "" && strings.TrimFunc(name, inName) == "" && strings.TrimFunc(value, inValue) == ""
}

// parseTime reads the forms that services and templates write. Empty is no time.
// https://learn.microsoft.com/rest/api/storageservices/formatting-datetime-values
func parseTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	var t time.Time
	var err error
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if t, err = time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, err
}

// isSASKey says whether a name in a query is one of a shared access signature's.
// https://learn.microsoft.com/rest/api/storageservices/create-service-sas
func isSASKey(name string) bool {
	switch name {
	case "sv", "ss", "srt", "spr", "st", "se", "sip", "si", "sr", "sp", "sig", "rscc", "rscd", "rsce", "rscl", "rsct",
		"skoid", "sktid", "skt", "ske", "sks", "skv", "sdd", "saoid", "suoid", "scid", "ses", "sduoid", "skdutid", "srh", "srq",
		"tn", "spk", "epk", "srk", "erk":
		return true
	default:
		return false
	}
}
