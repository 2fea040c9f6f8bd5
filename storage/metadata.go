package storage

import (
	"errors"
	"fmt"
	"strings"
)

// checkMetadata wants names that are identifiers and values that a header holds.
// https://learn.microsoft.com/rest/api/storageservices/setting-and-retrieving-properties-and-metadata-for-blob-resources
func checkMetadata(metadata map[string]string) error {
	seen := map[string]bool{}
	for name, value := range metadata {
		if seen[strings.ToLower(name)] {
			return errors.New("two names of Metadata differ by case only")
		}
		seen[strings.ToLower(name)] = true
		for i, r := range name {
			letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '_'
			if !letter && (i == 0 || r < '0' || r > '9') {
				return fmt.Errorf("the name %q of Metadata is not made of letters, digits and _", name)
			}
		}
		if name == "" {
			return errors.New("a name of Metadata is empty")
		}
		if err := checkHeader(value); err != nil {
			return fmt.Errorf("the Metadata %s: %w", name, err)
		}
	}
	return nil
}

func checkHeader(value string) error {
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) || strings.TrimSpace(value) != value {
		return errors.New("a header holds no characters but printable ASCII, and no spaces at its ends")
	}
	return nil
}
