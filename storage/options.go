package storage

import (
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

const (
	// defaultManagementVersion is served by every cloud.
	defaultManagementVersion = "2021-04-01"
	// defaultBlobVersion is served by every account and by Azurite.
	defaultBlobVersion = "2021-12-02"
)

// ClientOptions tune a [SASClient] or a [ContainerClient]. The zero value and
// nil are ready to use.
type ClientOptions struct {
	// HTTPClient sends the requests. It is copied, and the copy follows no
	// redirects. Nil: a client of its own, which obeys the proxy variables of
	// the environment. It and Transport must not both be set.
	HTTPClient *http.Client
	// ClientOptions are azcore's: Cloud, Retry, Logging, TracingProvider,
	// Transport, APIVersion. Cloud has a meaning for a SASClient only; the zero
	// value is the public one. The default API version of a SASClient is
	// 2021-04-01, and every one from 2016-12-01 may be chosen, the tutorial's
	// 2017-06-01 too; that of a ContainerClient, the header x-ms-version, is
	// 2021-12-02. A Transport that is no *http.Client must not follow redirects.
	// Bodies, tokens and signatures are never logged, whatever Logging allows.
	azcore.ClientOptions
	// SASHosts are further hosts that get the account's SAS: a private endpoint,
	// a custom domain, an Azurite. A host may name a port, else it stands for
	// all of its ports. Over http it gets a SAS only if that allows http.
	SASHosts []string
}
