package credential

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/keyless-go/azure/internal/azrest"
)

// problem is what a source says of a refusal, whichever shape it says it in.
type problem struct {
	code, description, correlationID string
}

// decodeProblem reads the error bodies of all sources. A body it cannot read
// gives an empty problem.
func decodeProblem(body []byte) problem {
	var outer struct {
		Error         json.RawMessage `json:"error"`
		Description   string          `json:"error_description"`
		Message       string          `json:"message"`
		CorrelationID string          `json:"correlationId"`
		EntraID       string          `json:"correlation_id"`
	}
	if json.Unmarshal(body, &outer) != nil {
		return problem{}
	}
	var inner struct {
		Code          string `json:"code"`
		Message       string `json:"message"`
		CorrelationID string `json:"correlationId"`
	}
	if json.Unmarshal(outer.Error, &inner) != nil {
		inner.Code = unquoted(outer.Error)
	}
	return problem{
		code:          scrub(inner.Code, 256),
		description:   scrub(firstOf(outer.Description, inner.Message, outer.Message), 2048),
		correlationID: scrub(firstOf(inner.CorrelationID, outer.CorrelationID, outer.EntraID), 64),
	}
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// scrub makes foreign text fit for an error message: one line, at most limit
// bytes, and nothing in it that looks like a token or a key.
func scrub(text string, limit int) string {
	text = regexp.MustCompile(`eyJ[\w.~+/=-]*|[\w.~+=-]{48,}`).ReplaceAllString(text, azrest.Redacted)
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return azrest.Scrub(text)
}
