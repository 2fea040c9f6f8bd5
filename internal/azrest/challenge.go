package azrest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// Challenge is one of those in a WWW-Authenticate header.
type Challenge struct {
	Scheme  string            // in lower case
	Token68 string            // or
	Params  map[string]string // by name in lower case; of several the first
}

const (
	maxChallengeBytes = 16 << 10
	maxChallenges     = 32
	maxParams         = 64
	maxClaims         = 8 << 10
)

// ParseChallenges reads the WWW-Authenticate headers of an answer as RFC 9110,
// section 11.6.1, writes them, and skips what is malformed.
func ParseChallenges(header http.Header) []Challenge {
	var all []Challenge
	for _, value := range header.Values("WWW-Authenticate") {
		scan := challengeScanner{text: value[:min(len(value), maxChallengeBytes)]}
		for len(all) < maxChallenges && scan.seek() {
			all = append(all, scan.challenge())
		}
	}
	return all
}

// BearerClaims answers the claims an insufficient_claims challenge asks for, ""
// if there is none. They come as base64 of either alphabet, padded or not.
func BearerClaims(header http.Header) string {
	for _, c := range ParseChallenges(header) {
		claims := c.Params["claims"]
		if c.Scheme != "bearer" || c.Params["error"] != "insufficient_claims" || len(claims) > maxClaims {
			continue
		}
		plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(claims, "="))
		if decoded, err := base64.RawStdEncoding.DecodeString(plain); err == nil && json.Valid(decoded) {
			return string(decoded)
		}
	}
	return ""
}

type challengeScanner struct {
	text string
	at   int
}

// seek moves to the next scheme, past anything that cannot be one.
func (s *challengeScanner) seek() bool {
	for s.at < len(s.text) {
		s.skip(" \t,")
		if name, ok := s.peekParam(); ok {
			s.at += len(name)
			s.value() // a parameter without a scheme
			continue
		}
		if s.at < len(s.text) && isTokenByte(s.text[s.at]) {
			return true
		}
		s.at++
	}
	return false
}

// challenge reads one challenge at its scheme.
func (s *challengeScanner) challenge() Challenge {
	c := Challenge{Scheme: strings.ToLower(s.token()), Params: map[string]string{}}
	s.skip(" \t")
	if c.Token68 = s.token68(); c.Token68 != "" {
		return c
	}
	for {
		s.skip(" \t,")
		name, ok := s.peekParam()
		if !ok {
			return c
		}
		s.at += len(name)
		value := s.value()
		name = strings.ToLower(name)
		if _, seen := c.Params[name]; !seen && len(c.Params) < maxParams {
			c.Params[name] = value
		}
	}
}

// token68 reads a token68 if that is all there is up to the next comma.
func (s *challengeScanner) token68() string {
	rest := s.text[s.at:]
	n := 0
	for n < len(rest) && (isAlphanumeric(rest[n]) || strings.IndexByte("-._~+/", rest[n]) >= 0) {
		n++
	}
	if n == 0 {
		return ""
	}
	for n < len(rest) && rest[n] == '=' {
		n++
	}
	if after := strings.TrimLeft(rest[n:], " \t"); after != "" && after[0] != ',' {
		return ""
	}
	s.at += n
	return rest[:n]
}

// peekParam answers the name at the current place if "=" follows it.
func (s *challengeScanner) peekParam() (string, bool) {
	ahead := *s
	name := ahead.token()
	ahead.skip(" \t")
	return name, name != "" && ahead.at < len(s.text) && s.text[ahead.at] == '='
}

// value reads "=" and what follows it: a token or a quoted string.
func (s *challengeScanner) value() string {
	s.skip(" \t")
	s.at++ // "="
	s.skip(" \t")
	if s.at < len(s.text) && s.text[s.at] == '"' {
		return s.quoted()
	}
	start := s.at
	for s.at < len(s.text) && strings.IndexByte(" \t,", s.text[s.at]) < 0 {
		s.at++
	}
	return s.text[start:s.at]
}

func (s *challengeScanner) quoted() string {
	var value strings.Builder
	for s.at++; s.at < len(s.text); s.at++ {
		switch b := s.text[s.at]; {
		case b == '"':
			s.at++
			return value.String()
		case b == '\\' && s.at+1 < len(s.text):
			s.at++
			value.WriteByte(s.text[s.at])
		default:
			value.WriteByte(b)
		}
	}
	return value.String()
}

func (s *challengeScanner) token() string {
	start := s.at
	for s.at < len(s.text) && isTokenByte(s.text[s.at]) {
		s.at++
	}
	return s.text[start:s.at]
}

func (s *challengeScanner) skip(bytes string) {
	for s.at < len(s.text) && strings.IndexByte(bytes, s.text[s.at]) >= 0 {
		s.at++
	}
}

func isTokenByte(b byte) bool {
	return isAlphanumeric(b) || strings.IndexByte("!#$%&'*+-.^_`|~", b) >= 0
}

func isAlphanumeric(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}
