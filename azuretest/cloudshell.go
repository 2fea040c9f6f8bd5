package azuretest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// cloudShellPort is not the real one, 50342, where the VM extension is here.
const cloudShellPort = "50341"

// cloudShell is the token endpoint of Azure Cloud Shell. Its tokens are those of the
// person who is signed in, for a fixed list of audiences.
// https://learn.microsoft.com/azure/cloud-shell/msi-authorization
type cloudShell struct{ *Server }

func (s cloudShell) listens(port string, tls bool) bool { return port == cloudShellPort && !tls }

func (s cloudShell) operation(r *http.Request) string {
	if r.URL.Path == vmExtensionPath {
		return "cloudshell.token"
	}
	return "unknown"
}

func (s cloudShell) admit(*call) func() { return unlimited }

func (s cloudShell) serve(c *call) {
	if c.r.URL.Path != vmExtensionPath {
		s.fail(c, http.StatusNotFound, "NotFound", "There is nothing at "+c.r.URL.Path)
		return
	}
	if c.r.Header.Get("Metadata") != "true" {
		s.fail(c, http.StatusBadRequest, "MissingMetadataHeader", "The header Metadata must be true")
		return
	}
	form, ok := c.form(s)
	if !ok {
		return
	}
	resource := form.Get("resource")
	switch {
	case resource == "":
		s.fail(c, http.StatusBadRequest, "MissingAudience", "The parameter resource is missing")
	case !slices.Contains(cloudShellAudiences(), strings.TrimSuffix(resource, "/")):
		s.fail(c, http.StatusBadRequest, "AudienceNotSupported", fmt.Sprintf(
			"Audience %s is not a supported MSI token audience. Supported audiences: %s", resource, strings.Join(cloudShellAudiences(), ",")))
	default:
		id := s.SignedInUser()
		c.identity(id)
		c.json(http.StatusOK, legacyToken(s.issue(id, resource)))
	}
}

// cloudShellAudiences lists what there are tokens for, without the slash at the end.
func cloudShellAudiences() []string {
	return []string{
		"https://management.core.windows.net", "https://management.azure.com", "https://graph.windows.net",
		"https://vault.azure.net", "https://managedhsm.azure.net", "https://datalake.azure.net", "https://graph.microsoft.com",
		"https://batch.core.windows.net", "https://storage.azure.com", "https://api.loganalytics.io",
		"https://ossrdbms-aad.database.windows.net", "https://database.windows.net", "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d",
	}
}

func (s cloudShell) fail(c *call, status int, code, message string) {
	if code == "" {
		code = cloudShellCode(status)
	}
	c.failCoded(status, code, message)
}

// cloudShellCode is the code that usually goes with a status.
func cloudShellCode(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "BadRequest"
	case http.StatusMethodNotAllowed:
		return "MethodNotAllowed"
	case http.StatusTooManyRequests:
		return "TooManyRequests"
	}
	return "InternalServerError"
}
