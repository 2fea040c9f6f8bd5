package azrest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
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
func parseServiceMessage(resp *http.Response, body []byte) serviceMessage {
	wire := parseWireError(body)
	var said serviceMessage
	said.add(unechoed(resp, resp.Header.Get("X-Ms-Error-Code")))
	for e := &wire; e != nil && len(said.codes) < maxCodes; e = e.InnerError {
		said.add(unechoed(resp, e.Code))
	}
	message := strings.Join(append([]string{wire.Message}, wire.explained(maxDetails)...), "; ")
	said.message = Scrub(unechoed(resp, message))
	return said
}

func parseWireError(body []byte) wireError {
	body = bytes.TrimLeft(body, "\xef\xbb\xbf \t\r\n")
	if bytes.HasPrefix(body, []byte("<")) {
		return parseXMLError(body)
	}
	if !json.Valid(body) { // it is longer than what has been read, or was
		body = closeJSON(body)
	}
	var envelope struct {
		Error           wireError
		RemoteException struct{ Exception, Message string }
		wireError
	}
	// A field of an unexpected type is left out, the others are read.
	_ = json.Unmarshal(body, &envelope)
	if remote := envelope.RemoteException; remote.Exception != "" {
		// WebHDFS: the further lines of the message are Java's stack.
		message, _, _ := strings.Cut(remote.Message, "\n")
		return wireError{Code: remote.Exception, Message: message}
	}
	if envelope.Error.Code == "" && envelope.Error.Message == "" {
		return envelope.wireError
	}
	return envelope.Error
}

// parseXMLError reads the error of a storage service. Its message has further
// lines, with the request id and the time; its detail says what is wrong with a
// signature, and holds none.
// https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2
func parseXMLError(body []byte) wireError {
	var wire struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
		Detail  string `xml:"AuthenticationErrorDetail"`
	}
	// Of a text that ends too soon the elements that are whole are read.
	_ = xml.Unmarshal(body, &wire)
	message, _, _ := strings.Cut(wire.Message, "\nRequestId:")
	e := wireError{Code: wire.Code, Message: message}
	if wire.Detail != "" {
		e.Details = []wireError{{Message: wire.Detail}}
	}
	return e
}

// explained lists the details, up to limit, each before its own details.
func (e wireError) explained(limit int) []string {
	var parts []string
	for _, detail := range e.Details {
		if len(parts) >= limit {
			break
		}
		parts = append(parts, strings.TrimPrefix(detail.Code+": "+detail.Message, ": "))
		parts = append(parts, detail.explained(limit-len(parts))...)
	}
	return parts
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
