package lakes

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/keyless-go/azure/credential"
)

// The names of the lakes: of a server with two steps, and of one without.
const (
	Hadoop = "Hadoop"
	Gen2   = "Gen2"
)

// Lake is one of the lakes, as its clients know it.
type Lake struct {
	gen2 bool
	url  string
	http *http.Client
	cred azcore.TokenCredential // nil: nobody asks for one
}

// NewLake returns the lake of a name, which is served at an address.
func NewLake(name, address string) (*Lake, error) {
	client := &http.Client{Transport: transport(address)}
	switch name {
	case Hadoop:
		return &Lake{url: "http://namenode.bench.test:9870/webhdfs/v1", http: client}, nil
	case Gen2:
		cred, err := credential.NewManagedIdentityCredential(&credential.ManagedIdentityCredentialOptions{HTTPClient: client})
		return &Lake{gen2: true, url: "https://bench.dfs.core.windows.net/files", http: client, cred: cred}, err
	default:
		return nil, fmt.Errorf("there is no lake %q", name)
	}
}

// transport connects to the address, whatever host is asked for. It is the same
// for all, and without TLS: that would cost all of them alike, and hide what differs.
func transport(address string) *http.Transport {
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	}
	return &http.Transport{DialContext: dial, DialTLSContext: dial, MaxIdleConnsPerHost: 16}
}
