package control

import (
	"fmt"
	"time"
)

// duration is one that is written as Go writes it, such as "1m30s".
type duration time.Duration

// MarshalText writes it.
func (d duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads it.
func (d *duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no duration such as \"1m30s\"", text)
	}
	*d = duration(parsed)
	return nil
}
