package keyvault

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// The service's limits.
// https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
const (
	maxName        = 127
	maxValue       = 25_600
	maxContentType = 255
	maxTags        = 15
	maxTag         = 256
)

func isNameRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-'
}

func isName(s string) bool {
	return s != "" && len(s) <= maxName && !strings.ContainsFunc(s, func(r rune) bool { return !isNameRune(r) })
}

// checkName keeps a name from leading to another resource.
func checkName(name string) error {
	if !isName(name) {
		return errors.New("a secret's name has 1 to 127 letters, digits and hyphens")
	}
	return nil
}

// checkVersion also refuses the words that mean something else in its place.
func checkVersion(version string) error {
	if !isName(version) || strings.EqualFold(version, "versions") || strings.EqualFold(version, "backup") {
		return errors.New("a version has letters and digits, as in Properties.Version")
	}
	return nil
}

func checkValue(value string) error {
	switch {
	case len(value) > maxValue:
		return fmt.Errorf("the value has %d bytes: a secret holds %d", len(value), maxValue)
	case !utf8.ValidString(value):
		return errors.New("the value is not UTF-8: encode it, for example as base64")
	default:
		return nil
	}
}

func checkContentType(contentType string) error {
	if utf8.RuneCountInString(contentType) > maxContentType {
		return fmt.Errorf("the content type is longer than %d characters", maxContentType)
	}
	return nil
}

func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return fmt.Errorf("there are %d tags: a secret has %d at most", len(tags), maxTags)
	}
	for name, value := range tags {
		if name == "" || utf8.RuneCountInString(name) > maxTag || utf8.RuneCountInString(value) > maxTag {
			return fmt.Errorf("a tag has a name of 1 to %d characters and a value of up to %d", maxTag, maxTag)
		}
	}
	return nil
}

func checkTimes(notBefore, expires time.Time) error {
	if !notBefore.IsZero() && !expires.IsZero() && notBefore.After(expires) {
		return errors.New("NotBefore is after Expires")
	}
	return nil
}
