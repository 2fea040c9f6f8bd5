package credential

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
)

const defaultSuffix = "/.default"

// resourceOf turns a scope into the resource of the older protocol that every
// source speaks. Beyond the suffix nothing is touched: a trailing slash or
// another case makes another audience, and a token that its service refuses.
func resourceOf(scope string) (string, error) {
	if strings.TrimSpace(scope) == "" {
		return "", errors.New("the scope is empty: name one such as https://vault.azure.net/.default")
	}
	if strings.ContainsFunc(scope, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return "", fmt.Errorf("scope %q holds a space or a control character: ask for one scope at a time", scope)
	}
	resource, cut := strings.CutSuffix(scope, defaultSuffix)
	switch {
	case strings.Trim(resource, "/") == "" || strings.HasSuffix(resource, defaultSuffix):
		return "", fmt.Errorf("scope %q names no resource before /.default", scope)
	case !cut && !isBareResource(scope):
		return "", fmt.Errorf("scope %q names a permission: a managed identity has no scopes but the resource's /.default", scope)
	}
	return resource, nil
}

// isBareResource says whether a scope without /.default is what the older
// protocol calls a resource: an origin, an application's GUID or a URN.
func isBareResource(scope string) bool {
	if isGUID(scope) {
		return true
	}
	u, err := url.Parse(scope)
	if err != nil || u.Scheme == "" || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	return u.Opaque != "" || u.Host != "" && (u.Path == "" || u.Path == "/")
}
