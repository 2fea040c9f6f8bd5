package azrest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// serviceMessage is what a service's error says of itself.
type serviceMessage struct {
	codes   []string // the outer one first
	message string
}

// wireError is the error of the Azure REST guidelines. Key Vault nests codes in
// innererror, also written innerError: names are matched without case. Resource
// Manager explains itself in details.
type wireError struct {
	Code       string
	Message    string
	InnerError *wireError
	Details    []wireError
}

const (
	maxCodes   = 8
	maxDetails = 5
)

// parseServiceMessage never fails: what cannot be read is not there.
func parseServiceMessage(header http.Header, body []byte) serviceMessage {
	var envelope struct {
		Error wireError
		wireError
	}
	// A field of an unexpected type is left out, the others are read.
	_ = json.Unmarshal(body, &envelope)
	wire := envelope.Error
	if wire.Code == "" && wire.Message == "" {
		wire = envelope.wireError
	}
	var said serviceMessage
	said.add(header.Get("X-Ms-Error-Code"))
	for e := &wire; e != nil && len(said.codes) < maxCodes; e = e.InnerError {
		said.add(e.Code)
	}
	parts := []string{wire.Message}
	for _, detail := range wire.Details[:min(len(wire.Details), maxDetails)] {
		parts = append(parts, strings.TrimPrefix(detail.Code+": "+detail.Message, ": "))
	}
	said.message = Scrub(strings.Join(parts, "; "))
	return said
}

func (m *serviceMessage) add(code string) {
	code = cut(Scrub(code), 128)
	if code != "" && !slices.Contains(m.codes, code) {
		m.codes = append(m.codes, code)
	}
}

func (m *serviceMessage) code() string {
	if len(m.codes) == 0 {
		return ""
	}
	return m.codes[0]
}

// title is Forbidden/SecretDisabled, or the status's own name.
func (m *serviceMessage) title(status int) string {
	if len(m.codes) == 0 {
		return http.StatusText(status)
	}
	return strings.Join(m.codes, "/")
}

// json is the message in the form services use, nothing if there is none.
func (m *serviceMessage) json() []byte {
	if len(m.codes) == 0 && m.message == "" {
		return nil
	}
	type inner struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	body, err := json.Marshal(map[string]inner{"error": {m.code(), m.message}})
	if err != nil {
		return nil
	}
	return body
}
