package azrest

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
)

// Management is the Resource Manager of a cloud.
type Management struct {
	Endpoint *url.URL
	Scope    string // of its tokens
	// StorageDomain is what the hosts of the cloud's storage accounts end in,
	// for example core.windows.net. Empty: not known.
	StorageDomain string
}

// NewManagement finds the Resource Manager of the cloud in the options. The
// zero cloud is the public one.
//
// Tokens are for https://management.azure.com/, as Microsoft's documentation
// asks for them, and its counterparts in the other clouds. A cloud with an
// audience of its own gets that.
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/services-id-authentication-support
func NewManagement(options azcore.ClientOptions) (Management, error) {
	service, configured := options.Cloud.Services[cloud.ResourceManager]
	endpoint := service.Endpoint
	if !configured || endpoint == "" {
		endpoint = managementEndpoint(options.Cloud.ActiveDirectoryAuthorityHost)
	}
	if endpoint == "" {
		return Management{}, errors.New("the cloud in the client options has no endpoint for ResourceManager")
	}
	u, err := ParseEndpoint(endpoint, options.InsecureAllowCredentialWithHTTP)
	if err != nil {
		return Management{}, fmt.Errorf("the cloud's endpoint for ResourceManager cannot be used: %w", err)
	}
	domain, usual := knownManagement(u.Host)
	resource := service.Audience
	if resource == "" || strings.TrimSuffix(resource, "/") == usual {
		resource = Origin(u) + "/"
	}
	return Management{Endpoint: u, Scope: resource + "/.default", StorageDomain: domain}, nil
}

// managementEndpoint is that of the cloud which signs in at the authority.
func managementEndpoint(authority string) string {
	u, err := url.Parse(authority)
	if err != nil {
		return ""
	}
	switch CanonicalName(u.Hostname()) {
	case "", "login.microsoftonline.com":
		return "https://management.azure.com"
	case "login.microsoftonline.us":
		return "https://management.usgovcloudapi.net"
	case "login.chinacloudapi.cn", "login.partner.microsoftonline.cn":
		return "https://management.chinacloudapi.cn"
	default:
		return ""
	}
}

// knownManagement answers the storage domain of the cloud, and the audience
// that azcore's own configuration of it has.
func knownManagement(host string) (storageDomain, usualAudience string) {
	switch host {
	case "management.azure.com":
		return "core.windows.net", "https://management.core.windows.net"
	case "management.usgovcloudapi.net":
		return "core.usgovcloudapi.net", "https://management.core.usgovcloudapi.net"
	case "management.chinacloudapi.cn":
		return "core.chinacloudapi.cn", "https://management.core.chinacloudapi.cn"
	default:
		return "", ""
	}
}
