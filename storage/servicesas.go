package storage

import (
	"context"
	"time"
)

// ServiceSASParameters say what a service SAS is to allow. Nothing is sent that
// is not set. Usually Container, Permissions, Protocol and Expiry are.
type ServiceSASParameters struct {
	// Container is the container the SAS is for, or with Blob the blob in it.
	Container, Blob string
	// CanonicalizedResource and Resource name any other resource as the service
	// does, in place of Container and Blob: /file/account/share and s,
	// /file/account/share/path and f, /queue/account/name and /table/account/name
	// without a Resource, /blob/account/container and c, and so on. An empty
	// Resource is the one that fits.
	CanonicalizedResource, Resource string
	// Permissions are letters in any order; they are sent in the service's. A
	// container has r a c w d l, a blob r a c w d, a share r c w d l, a file
	// r c w d, a queue r a u p, a table r a u d. Required without an Identifier.
	Permissions string
	// Protocol is https, or "https,http". Empty means the same as the latter.
	Protocol string
	// IP is the IPv4 address the SAS works from, or a range of two joined by a
	// hyphen. Empty: any.
	IP string
	// Identifier names a stored access policy, which may hold Permissions,
	// Start and Expiry in place of these.
	Identifier string
	// KeyToSign is key1 or key2, the account's key to sign with. Empty: key1.
	KeyToSign string
	// Start and Expiry are sent as whole seconds in UTC, rounded down. Expiry is
	// required without an Identifier. Without a Start the SAS works at once, also
	// where a clock is late.
	Start, Expiry time.Time
	// CacheControl and the others are what the service answers in the headers of
	// that name when the SAS is used. For blobs and files only.
	CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, ContentType string
	// PartitionKeyStart and the others bound what of a table can be reached.
	PartitionKeyStart, PartitionKeyEnd, RowKeyStart, RowKeyEnd string
}

// serviceSASWire has the order of the documentation's example first.
// https://learn.microsoft.com/rest/api/storagerp/storage-accounts/list-service-sas
type serviceSASWire struct {
	CanonicalizedResource string `json:"canonicalizedResource"`
	Resource              string `json:"signedResource,omitempty"`
	Permissions           string `json:"signedPermission,omitempty"`
	Protocol              string `json:"signedProtocol,omitempty"`
	Expiry                string `json:"signedExpiry,omitempty"`
	Start                 string `json:"signedStart,omitempty"`
	IP                    string `json:"signedIp,omitempty"`
	Identifier            string `json:"signedIdentifier,omitempty"`
	PartitionKeyStart     string `json:"startPk,omitempty"`
	PartitionKeyEnd       string `json:"endPk,omitempty"`
	RowKeyStart           string `json:"startRk,omitempty"`
	RowKeyEnd             string `json:"endRk,omitempty"`
	KeyToSign             string `json:"keyToSign,omitempty"`
	CacheControl          string `json:"rscc,omitempty"`
	ContentDisposition    string `json:"rscd,omitempty"`
	ContentEncoding       string `json:"rsce,omitempty"`
	ContentLanguage       string `json:"rscl,omitempty"`
	ContentType           string `json:"rsct,omitempty"`
}

// ListServiceSAS gets a SAS for a resource of one service of the account. It
// needs Microsoft.Storage/storageAccounts/listServiceSas/action, which the role
// Storage account contributor has.
//
// Each call is a request to Resource Manager, which counts them: keep the SAS,
// or let [SASClient.NewSASCredential] do so. A container or blob need not exist.
func (c *SASClient) ListServiceSAS(ctx context.Context, parameters ServiceSASParameters) (SAS, error) {
	sas, _, err := c.listServiceSAS(ctx, parameters, time.Now())
	return sas, err
}

// listServiceSAS also tells what time it is for the service, zero if it does not
// say. The parameters are checked as at now.
func (c *SASClient) listServiceSAS(ctx context.Context, parameters ServiceSASParameters, now time.Time) (SAS, time.Time, error) {
	wire, err := parameters.wire(c.account, now)
	request := c.call("Service", wire)
	if err != nil {
		return SAS{}, time.Time{}, c.rest.Fail(request, err)
	}
	return c.list(ctx, request)
}

func (p *ServiceSASParameters) wire(account string, now time.Time) (serviceSASWire, error) {
	resource, err := p.resource(account)
	if err != nil {
		return serviceSASWire{}, err
	}
	letters, err := p.letters(resource.kind)
	if err == nil {
		err = first(checkTimes(p.Start, p.Expiry, now), checkProtocol(p.Protocol), checkIP(p.IP), checkKey(p.KeyToSign), p.checkIdentifier(), p.checkService(resource.kind))
	}
	return serviceSASWire{
		CanonicalizedResource: resource.canonical, Resource: resource.kind.letter,
		Permissions: letters, Protocol: p.Protocol, Expiry: formatTime(p.Expiry), Start: formatTime(p.Start),
		IP: p.IP, Identifier: p.Identifier, KeyToSign: p.KeyToSign,
		PartitionKeyStart: p.PartitionKeyStart, PartitionKeyEnd: p.PartitionKeyEnd, RowKeyStart: p.RowKeyStart, RowKeyEnd: p.RowKeyEnd,
		CacheControl: p.CacheControl, ContentDisposition: p.ContentDisposition, ContentEncoding: p.ContentEncoding,
		ContentLanguage: p.ContentLanguage, ContentType: p.ContentType,
	}, err
}

// letters are the permissions in the service's order.
func (p *ServiceSASParameters) letters(kind resourceKind) (string, error) {
	if p.Permissions == "" && p.Identifier != "" {
		return "", nil
	}
	return arrange("permission", p.Permissions, kind.letters, "of a "+kind.name)
}
