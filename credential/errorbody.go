package credential

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/keyless-go/azure/internal/azrest"
)

// problem is what a source says of a refusal, whichever shape it says it in.
type problem struct {
	code, description, correlationID string
	// passing: Entra has not heard yet of a federated credential that may be
	// there, which takes it some minutes.
	passing bool
}

// decodeProblem reads the error bodies of all sources. What it cannot read, a
// part or all of it, is as good as missing.
func decodeProblem(body []byte) problem {
	var outer struct {
		Error         json.RawMessage `json:"error"`
		Description   string          `json:"error_description"`
		Message       string          `json:"message"`
		CorrelationID string          `json:"correlationId"`
		EntraID       string          `json:"correlation_id"`
		EntraCodes    []int           `json:"error_codes"`
	}
	_ = json.Unmarshal(body, &outer)
	var inner struct {
		Code          string `json:"code"`
		Message       string `json:"message"`
		CorrelationID string `json:"correlationId"`
	}
	if bytes.HasPrefix(outer.Error, []byte("{")) {
		_ = json.Unmarshal(outer.Error, &inner)
	} else {
		inner.Code = unquoted(outer.Error)
	}
	return problem{
		code:          inner.Code,
		description:   firstOf(outer.Description, inner.Message, outer.Message),
		correlationID: firstOf(inner.CorrelationID, outer.CorrelationID, outer.EntraID),
		passing:       slices.ContainsFunc(outer.EntraCodes, isUnknownFederation),
	}
}

// isUnknownFederation: no matching federated identity record found, at all, for
// the issuer, or for the subject.
func isUnknownFederation(code int) bool { return code == 70021 || code == 700211 || code == 700213 }

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// excerpt is the start of a page that something else answered with: another
// cloud, a captive portal, a proxy. It is empty if it may hold a token: a single
// word, or anything like JSON.
func (a answer) excerpt() string {
	text := a.clean(string(a.body), 256)
	if !strings.Contains(text, " ") || strings.ContainsAny(text, "{[") || strings.Contains(strings.ToLower(text), "token") {
		return ""
	}
	return text
}

// clean makes text of the answer fit for an error message: one line, at most
// limit bytes, and nothing in it that is the secret asked with, or looks like a
// token or a key.
func (a answer) clean(text string, limit int) string {
	if a.secret != "" {
		text = strings.ReplaceAll(text, a.secret, azrest.Redacted)
	}
	text = regexp.MustCompile(`eyJ[\w.~+/=-]*|[\w.~+=-]{48,}`).ReplaceAllString(text, azrest.Redacted)
	text = azrest.Scrub(text) // before the cut: what it puts in the place of a secret may be longer
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return text
}
