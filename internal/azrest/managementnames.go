package azrest

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckSubscription keeps the ID of a subscription from leading to another
// resource. Whether there is one of that ID is for the service to say.
func CheckSubscription(id string) error {
	other := func(r rune) bool {
		return r > unicode.MaxASCII || r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	if id == "" || len(id) > 64 || strings.ContainsFunc(id, other) {
		return errors.New("the subscription is named by its ID, such as 00000000-0000-0000-0000-000000000000")
	}
	return nil
}

// CheckResourceGroup wants a name that the service can have accepted.
// https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
func CheckResourceGroup(name string) error {
	illegal := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.()", r)
	}
	if name == "" || utf8.RuneCountInString(name) > 90 || strings.HasSuffix(name, ".") || strings.ContainsFunc(name, illegal) {
		return errors.New("a resource group's name has 1 to 90 letters, digits and _ - . ( ), and does not end in a dot")
	}
	return nil
}
