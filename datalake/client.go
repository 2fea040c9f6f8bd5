package datalake

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// ClientOptions tune a [Client]. The zero value and nil are ready to use.
type ClientOptions struct {
	// HTTPClient sends the requests. It is copied, and the copy follows no
	// redirects: the Client judges them itself. Nil: a client of its own, which
	// obeys the proxy variables of the environment. It and Transport must not
	// both be set.
	HTTPClient *http.Client
	// ClientOptions are azcore's: Retry, Logging, TracingProvider, Transport,
	// APIVersion. The default API version is 2023-11-03 for Gen2 and the
	// service's own for Gen1; Hadoop has none. A Transport that is no
	// *http.Client must not follow redirects. Policies and headers of the caller
	// reach the endpoint's own origin only. Bodies, tokens and the queries of
	// redirects are never logged, whatever Logging allows.
	// InsecureAllowCredentialWithHTTP lets a token go to a Hadoop endpoint with
	// http. Cloud has no meaning here: the endpoint's name says which cloud.
	azcore.ClientOptions
	// User is the name for Hadoop's simple authentication, in which the server
	// believes whatever it is told. It goes with a nil credential and a Hadoop
	// endpoint only. Empty: nobody, which most servers take for dr.who.
	User string
	// RedirectHosts are further hosts, "host" or "host:port", that the endpoint
	// may redirect data to and from while a credential is in use. They never get
	// the token. Without a credential a cluster may name any data node.
	RedirectHosts []string
	// Scope is what tokens are asked for. Empty:
	// https://storage.azure.com/.default for Gen2, and
	// https://datalake.azure.net//.default for all others. A gateway in front of
	// Hadoop may want tokens for an audience of its own.
	Scope string
}

// Client works with the files of one data lake. Make it with [NewClient]. It is
// safe for concurrent use.
//
// Names are absolute and slash-separated. One that is relative, empty, not UTF-8,
// or has an empty part, "." or "..", is refused with [fs.ErrInvalid] before any
// request. A slash at the end says that it is a directory's: what is for files
// only refuses it in the same way, and to all else a file is the errno ENOTDIR.
type Client struct {
	backend backend
	retry   patience
}

// NewClient makes a client for the data lake at the endpoint. It does no I/O.
//
//	https://ACCOUNT.azuredatalakestore.net, adl://ACCOUNT.azuredatalakestore.net   Data Lake Storage Gen1
//	https://ACCOUNT.dfs.core.windows.net/FILESYSTEM, abfss://FILESYSTEM@ACCOUNT.dfs.core.windows.net   Gen2
//	http(s)://HOST:PORT/…/webhdfs/v1, webhdfs://HOST:PORT, swebhdfs://HOST:PORT   Hadoop, HttpFS, Knox
//
// With https the host tells which of Azure's it is, in the public cloud, US
// Government's and China's; abfss and adl take a host of any other, too.
//
// The credential is needed for Azure. For Hadoop it may be nil; with one, the
// token goes over https only, unless InsecureAllowCredentialWithHTTP is set.
func NewClient(endpoint string, cred azcore.TokenCredential, options *ClientOptions) (*Client, error) {
	if options == nil {
		options = &ClientOptions{}
	}
	to, err := parseEndpoint(endpoint)
	if err != nil {
		return nil, fmt.Errorf("datalake: the endpoint cannot be used: %w", err)
	}
	if err := checkIdentity(to, cred, options.User); err != nil {
		return nil, fmt.Errorf("datalake: %w", err)
	}
	c := &Client{retry: newPatience(options.Retry)}
	if to.kind == gen2 {
		c.backend, err = newDFS(to, cred, options)
	} else {
		c.backend, err = newWebHDFS(to, cred, options)
	}
	if err != nil {
		return nil, fmt.Errorf("datalake: %w", err)
	}
	return c, nil
}

func checkIdentity(to target, cred azcore.TokenCredential, user string) error {
	switch {
	case to.kind != hadoop && cred == nil:
		return errors.New("the credential is nil")
	case to.kind != hadoop && user != "":
		return errors.New("a User is for Hadoop only")
	case cred != nil && user != "":
		return errors.New("a User and a credential are two identities: leave one out")
	default:
		return nil
	}
}
