package storage

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/keyless-go/azure/internal/azrest"
)

// dataScope is that of the data of storage accounts, in all clouds.
// https://learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory#microsoft-entra-resource-id
const dataScope = "https://storage.azure.com/.default"

// ContainerClient reads and writes the blobs of one container. Make it with
// [NewContainerClient] or [NewContainerClientWithCredential]. It is immutable
// and safe for concurrent use.
type ContainerClient struct {
	rest *azrest.Client
	path []string // of the container; the account comes first where the host does not name it
}

// NewContainerClient makes a client for the container at containerURL, for
// example https://mystorageacct.blob.core.windows.net/mycontainer, with a SAS
// that keeps itself fresh. It does no I/O.
//
// The SAS goes to the account's own hosts, to those in SASHosts of the client
// that sas is from, and to those in SASHosts of the options. A URL with http must
// have one of the latter two; to a host that is none of these, requests go
// without the SAS.
func NewContainerClient(containerURL string, sas *SASCredential, options *ClientOptions) (*ContainerClient, error) {
	if options == nil {
		options = &ClientOptions{}
	}
	if sas == nil {
		return nil, errors.New("storage: the SAS credential is nil")
	}
	if sas.client == nil {
		return nil, errors.New("storage: the SAS credential is not made by NewSASCredential")
	}
	hosts, err := sas.client.hosts.with(options.SASHosts)
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	config := azrest.Config{Authorize: &sasPolicy{sas, hosts}}
	return newContainerClient(containerURL, config, options, hosts.listsURL(containerURL))
}

// NewContainerClientWithCredential makes a client for the container at
// containerURL with a token of cred, for accounts that allow no SAS. The identity
// needs a role for the data, such as Storage Blob Data Contributor. It does no
// I/O. SASHosts of the options has no meaning; InsecureAllowCredentialWithHTTP
// permits a URL with http.
func NewContainerClientWithCredential(containerURL string, cred azcore.TokenCredential, options *ClientOptions) (*ContainerClient, error) {
	if options == nil {
		options = &ClientOptions{}
	}
	config := azrest.Config{Bearer: &azrest.Bearer{Credential: cred, Scope: dataScope}}
	return newContainerClient(containerURL, config, options, options.InsecureAllowCredentialWithHTTP)
}

func newContainerClient(containerURL string, config azrest.Config, options *ClientOptions, allowHTTP bool) (*ContainerClient, error) {
	endpoint, path, err := parseContainerURL(containerURL, allowHTTP)
	if err != nil {
		return nil, fmt.Errorf("storage: the container URL cannot be used: %w", err)
	}
	config.Module, config.Namespace = "storage", "Microsoft.Storage"
	config.Endpoint = endpoint
	config.APIVersion, config.VersionHeader = defaultBlobVersion, "X-Ms-Version"
	config.HTTPClient, config.Options = options.HTTPClient, options.ClientOptions
	rest, err := azrest.New(config)
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	return &ContainerClient{rest: rest, path: path}, nil
}

// parseContainerURL takes a URL apart into the service and the path, which is the
// container, or on an emulator the account and the container. No error repeats
// the URL, which may hold a SAS.
func parseContainerURL(raw string, allowHTTP bool) (*url.URL, []string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, nil, errors.New("it is not a URL")
	}
	path := strings.Split(strings.Trim(u.Path, "/"), "/")
	u.Path, u.RawPath = "", ""
	endpoint, err := azrest.ParseEndpoint(u.String(), allowHTTP)
	if err != nil {
		return nil, nil, err
	}
	// A second part is a blob where the host names the account.
	named := strings.Contains(endpoint.Host, ".blob.")
	if len(path) > 2 || len(path) == 2 && (named || strings.Trim(path[0], ".") == "") {
		return nil, nil, errors.New("its path must be the name of a container")
	}
	return endpoint, path, checkContainer(path[len(path)-1])
}

// call is what all requests for a blob, or for the container if it is empty, have
// in common.
func (c *ContainerClient) call(span, action, method, blob string) azrest.Call {
	call := azrest.Call{
		Span: "ContainerClient." + span, Action: action, Object: c.path[len(c.path)-1], Method: method,
		Path: c.path, Header: http.Header{"Accept": {"application/xml"}},
	}
	if blob != "" {
		// A slash in the name is escaped: what lies between here and the service
		// may clean the path.
		call.Path = append(slices.Clip(c.path), blob)
		call.Object += "/" + blob
	}
	return call
}

// send sends a call, unless the blob's name is invalid.
func (c *ContainerClient) send(ctx context.Context, call azrest.Call, blob string) (*http.Response, error) {
	if err := checkBlob(blob); err != nil {
		return nil, c.rest.Fail(call, err)
	}
	return c.rest.Send(ctx, call)
}
