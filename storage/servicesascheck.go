package storage

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

func (p *ServiceSASParameters) checkIdentifier() error {
	switch {
	case p.Identifier == "" && p.Expiry.IsZero():
		return errors.New("a SAS needs an Expiry, unless a stored access policy has one")
	case utf8.RuneCountInString(p.Identifier) > 64:
		return errors.New("the name of a stored access policy has 64 characters at most")
	default:
		return checkText(p.Identifier)
	}
}

// checkService refuses what other services' resources have.
func (p *ServiceSASParameters) checkService(kind resourceKind) error {
	headers := []string{p.CacheControl, p.ContentDisposition, p.ContentEncoding, p.ContentLanguage, p.ContentType}
	keys := []string{p.PartitionKeyStart, p.PartitionKeyEnd, p.RowKeyStart, p.RowKeyEnd}
	switch {
	case strings.Join(headers, "") != "" && kind.letter == "":
		return fmt.Errorf("a SAS of a %s has no headers for its answers", kind.name)
	case strings.Join(keys, "") != "" && kind.name != "table":
		return fmt.Errorf("a SAS of a %s has no partition and row keys", kind.name)
	default:
		return checkText(append(headers, keys...)...)
	}
}
