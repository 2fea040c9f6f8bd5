package azuretest

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"
)

// instant is a time in a saved state: seconds since 1970 and nine digits of a fraction.
// Unlike in RFC 3339 every time a client can set has its place.
type instant struct{ time.Time }

// MarshalText writes the time; the zero time is left out by who has it.
func (i instant) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%d.%09d", i.Unix(), i.Nanosecond()), nil
}

// UnmarshalText reads what MarshalText writes.
func (i *instant) UnmarshalText(text []byte) error {
	var seconds, nanos int64
	n, err := fmt.Sscanf(string(text), "%d.%09d", &seconds, &nanos)
	if err != nil || n != 2 || nanos < 0 {
		return fmt.Errorf("%q is no time", text)
	}
	i.Time = time.Unix(seconds, nanos).UTC()
	return nil
}

// MarshalJSON hides that of time.Time.
func (i instant) MarshalJSON() ([]byte, error) {
	text, err := i.MarshalText()
	return append(append([]byte{'"'}, text...), '"'), err
}

// UnmarshalJSON hides that of time.Time.
func (i *instant) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	return i.UnmarshalText([]byte(text))
}

// rawText is a string from a client, which need not be UTF-8: if it is not, it is an
// object with its bytes.
type rawText string

type rawBytes struct {
	Bytes []byte `json:"bytes"`
}

// MarshalJSON loses nothing.
func (t rawText) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return json.Marshal(string(t))
	}
	return json.Marshal(rawBytes{[]byte(t)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *rawText) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err == nil {
		*t = rawText(text)
		return nil
	}
	var raw rawBytes
	err := json.Unmarshal(data, &raw)
	*t = rawText(raw.Bytes)
	return err
}

// rawMap is a map for a saved state; nil stays nil.
func rawMap(m map[string]string) map[string]rawText {
	if m == nil {
		return nil
	}
	out := make(map[string]rawText, len(m))
	for key, value := range m {
		out[key] = rawText(value)
	}
	return out
}

// plainMap is what rawMap was made of.
func plainMap(m map[string]rawText) map[string]string {
	if m == nil {
		return nil
	}
	out := make(map[string]string, len(m))
	for key, value := range m {
		out[key] = string(value)
	}
	return out
}
