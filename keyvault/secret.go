package keyvault

import (
	"maps"
	"net/url"
	"strings"
	"time"

	"github.com/keyless-go/azure/internal/azrest"
)

// Secret is a version of a secret with its value.
type Secret struct {
	Properties
	Value Value
}

// Properties is what is known of a secret beside its value. Zero times and
// empty strings mean that the service did not say.
type Properties struct {
	// ID is the address of the secret, with the version if it is of one.
	ID string
	// Name, Version and VaultURL are parts of ID. Names of secrets do not
	// differ by case.
	Name, Version, VaultURL string
	ContentType             string
	// KID is the key a certificate's secret belongs to.
	KID string
	// PreviousVersion is told by API version 2025-07-01 and later.
	PreviousVersion string
	// RecoveryLevel says what happens to a deleted secret, for example
	// Recoverable+Purgeable.
	RecoveryLevel string
	// Enabled is whether the value can be read.
	Enabled bool
	// Managed is whether the secret belongs to a certificate.
	Managed bool
	// NotBefore and Expires are for information: the service gives the value at
	// any time. All times are whole seconds in UTC.
	NotBefore, Expires, Created, Updated time.Time
	Tags                                 map[string]string
	// RecoverableDays is how long a deleted secret is kept, 0 if it is not.
	RecoverableDays int
}

// DeletedSecret is a secret that can still be recovered.
type DeletedSecret struct {
	Properties
	// RecoveryID is empty if the vault keeps no deleted secrets.
	RecoveryID string
	// Deleted and ScheduledPurge are when it was deleted and will be gone.
	Deleted, ScheduledPurge time.Time
}

type attributesWire struct {
	Enabled         *bool  `json:"enabled,omitempty"`
	NotBefore       *int64 `json:"nbf,omitempty"`
	Expires         *int64 `json:"exp,omitempty"`
	Created         *int64 `json:"created,omitempty"`
	Updated         *int64 `json:"updated,omitempty"`
	RecoverableDays int    `json:"recoverableDays,omitempty"`
	RecoveryLevel   string `json:"recoveryLevel,omitempty"`
}

type propertiesWire struct {
	ID              string            `json:"id"`
	ContentType     string            `json:"contentType"`
	KID             string            `json:"kid"`
	PreviousVersion string            `json:"previousVersion"`
	Managed         bool              `json:"managed"`
	Tags            map[string]string `json:"tags"`
	Attributes      attributesWire    `json:"attributes"`
}

type secretWire struct {
	propertiesWire
	Value *string `json:"value"`
}

type deletedWire struct {
	propertiesWire
	RecoveryID     string `json:"recoveryId"`
	Deleted        *int64 `json:"deletedDate"`
	ScheduledPurge *int64 `json:"scheduledPurgeDate"`
}

func (w propertiesWire) properties() Properties {
	a := w.Attributes
	p := Properties{
		ID: w.ID, ContentType: w.ContentType, KID: w.KID, PreviousVersion: w.PreviousVersion,
		RecoveryLevel: a.RecoveryLevel, RecoverableDays: a.RecoverableDays,
		Enabled: a.Enabled == nil || *a.Enabled, Managed: w.Managed,
		NotBefore: fromUnix(a.NotBefore), Expires: fromUnix(a.Expires),
		Created: fromUnix(a.Created), Updated: fromUnix(a.Updated),
		Tags: w.Tags,
	}
	p.VaultURL, p.Name, p.Version = parseID(w.ID)
	return p
}

func (w deletedWire) secret() DeletedSecret {
	return DeletedSecret{
		Properties:     w.properties(),
		RecoveryID:     w.RecoveryID,
		Deleted:        fromUnix(w.Deleted),
		ScheduledPurge: fromUnix(w.ScheduledPurge),
	}
}

// clone shares nothing that its receiver could change.
func (p Properties) clone() Properties {
	p.Tags = maps.Clone(p.Tags)
	return p
}

func fromUnix(seconds *int64) time.Time {
	if seconds == nil {
		return time.Time{}
	}
	return time.Unix(*seconds, 0).UTC()
}

func toUnix(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	seconds := t.Unix()
	return &seconds
}

// parseID reads https://{vault}/secrets/{name}[/{version}], also with
// deletedsecrets. What it cannot read is empty.
func parseID(id string) (vaultURL, name, version string) {
	u, err := url.Parse(id)
	if err != nil || u.Host == "" {
		return "", "", ""
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 2 || parts[1] == "" {
		return azrest.Origin(u), "", ""
	}
	if len(parts) > 2 {
		version = parts[2]
	}
	return azrest.Origin(u), parts[1], version
}
