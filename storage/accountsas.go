package storage

import (
	"context"
	"errors"
	"time"
)

// AccountSASParameters say what an account SAS is to allow. Services,
// ResourceTypes, Permissions and Expiry are required; nothing is sent that is
// not set. Letters may be in any order; they are sent in the service's.
type AccountSASParameters struct {
	// Services are b for blobs, q for queues, t for tables, f for files.
	Services string
	// ResourceTypes are s for the service itself, c for containers, queues,
	// tables and shares, o for blobs, messages, entities and files.
	ResourceTypes string
	// Permissions are of r w d l a c u p.
	Permissions string
	// Protocol is https, or "https,http". Empty means the same as the latter.
	Protocol string
	// IP is the IPv4 address the SAS works from, or a range of two joined by a
	// hyphen. Empty: any.
	IP string
	// KeyToSign is key1 or key2, the account's key to sign with. Empty: key1.
	KeyToSign string
	// Start and Expiry are sent as whole seconds in UTC, rounded down. Without a
	// Start the SAS works at once, also where a clock is late.
	Start, Expiry time.Time
}

// https://learn.microsoft.com/rest/api/storagerp/storage-accounts/list-account-sas
type accountSASWire struct {
	Services      string `json:"signedServices"`
	ResourceTypes string `json:"signedResourceTypes"`
	Permissions   string `json:"signedPermission"`
	Protocol      string `json:"signedProtocol,omitempty"`
	Expiry        string `json:"signedExpiry"`
	Start         string `json:"signedStart,omitempty"`
	IP            string `json:"signedIp,omitempty"`
	KeyToSign     string `json:"keyToSign,omitempty"`
}

// ListAccountSAS gets a SAS for several services of the account. It needs
// Microsoft.Storage/storageAccounts/listAccountSas/action, which the role
// Storage account contributor has. Each call is a request to Resource Manager.
func (c *SASClient) ListAccountSAS(ctx context.Context, parameters AccountSASParameters) (SAS, error) {
	wire, err := parameters.wire(time.Now())
	request := c.call("Account", wire)
	if err != nil {
		return SAS{}, c.rest.Fail(request, err)
	}
	sas, _, err := c.list(ctx, request)
	return sas, err
}

func (p *AccountSASParameters) wire(now time.Time) (accountSASWire, error) {
	services, err1 := arrange("service", p.Services, "bqtf", "of an account")
	types, err2 := arrange("resource type", p.ResourceTypes, "sco", "of an account")
	letters, err3 := arrange("permission", p.Permissions, "rwdlacup", "of an account")
	var noExpiry error
	if p.Expiry.IsZero() {
		noExpiry = errors.New("a SAS needs an Expiry")
	}
	return accountSASWire{
		Services: services, ResourceTypes: types, Permissions: letters, Protocol: p.Protocol,
		Expiry: formatTime(p.Expiry), Start: formatTime(p.Start), IP: p.IP, KeyToSign: p.KeyToSign,
	}, first(err1, err2, err3, noExpiry, checkTimes(p.Start, p.Expiry, now), checkProtocol(p.Protocol), checkIP(p.IP), checkKey(p.KeyToSign))
}
