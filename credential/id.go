package credential

import (
	"errors"
	"fmt"
	"regexp"
)

// ManagedIDKind names a user-assigned managed identity: a [ClientID], an
// [ObjectID] or a [ResourceID].
type ManagedIDKind interface {
	fmt.Stringer
	describe() string
	check() error
}

// ClientID is the client (application) ID of a user-assigned identity, a GUID.
// All sources take one but Cloud Shell and Service Fabric.
type ClientID string

// ObjectID is the object (principal) ID of a user-assigned identity, a GUID.
// App Service's 2017 protocol, Azure ML, Cloud Shell, Service Fabric and
// workload identity do not take one.
type ObjectID string

// ResourceID is the Resource Manager ID of a user-assigned identity:
// /subscriptions/…/resourceGroups/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/….
// The sources that take no [ObjectID] take none of these either.
type ResourceID string

// String returns the ID as given.
func (c ClientID) String() string { return string(c) }

// String returns the ID as given.
func (o ObjectID) String() string { return string(o) }

// String returns the ID as given.
func (r ResourceID) String() string { return string(r) }

func (c ClientID) describe() string { return "user-assigned identity with client ID " + string(c) }

func (o ObjectID) describe() string   { return "user-assigned identity with object ID " + string(o) }
func (r ResourceID) describe() string { return "user-assigned identity " + string(r) }

func (c ClientID) check() error { return checkGUID("ClientID", string(c)) }
func (o ObjectID) check() error { return checkGUID("ObjectID", string(o)) }

func (r ResourceID) check() error {
	if !isIdentityResource(string(r)) {
		return fmt.Errorf("ID: ResourceID %q is not of the form /subscriptions/…/resourceGroups/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/…", string(r))
	}
	return nil
}

// An ID that is mistyped must not reach a source: some ignore what they do not
// understand and answer with another identity's token.
func checkGUID(kind, id string) error {
	if !isGUID(id) {
		return fmt.Errorf("ID: %s %q is not a GUID such as 12345678-9abc-def0-1234-56789abcdef0", kind, id)
	}
	return nil
}

func isGUID(s string) bool {
	return regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`).MatchString(s)
}

// isIdentityResource wants names that could be some: of characters that print,
// and not made of dots. U+FFFD is what a byte that is no UTF-8 is read as.
func isIdentityResource(s string) bool {
	const name = `[^/?#&%\s\pC\x{FFFD}]{0,127}[^./?#&%\s\pC\x{FFFD}]`
	return regexp.MustCompile(`(?i)^/subscriptions/` + name + `/resourceGroups/` + name +
		`/providers/Microsoft\.ManagedIdentity/userAssignedIdentities/` + name + `$`).MatchString(s)
}

// describeID names the identity asked for; without an ID it is the source's choice.
func describeID(source Source, id ManagedIDKind) string {
	switch {
	case id != nil:
		return id.describe()
	case source == SourceCloudShell:
		return "the signed-in user"
	case source == SourceWorkloadIdentity:
		return "the identity of AZURE_CLIENT_ID"
	case source == SourceAzureML:
		return "the identity of " + azureMLClientID
	case source == SourceServiceFabric:
		return "the application's identity"
	default:
		return "system-assigned identity"
	}
}

// checkID refuses what the source would ignore or misread.
func checkID(id ManagedIDKind, source Source, accepted idParameters) error {
	if id == nil {
		return nil
	}
	if !isID(id) {
		return fmt.Errorf("ID: %T is not a ClientID, an ObjectID or a ResourceID", id)
	}
	if err := id.check(); err != nil {
		return err
	}
	if accepted.parameter(id) == "" {
		return fmt.Errorf("ID: %s cannot choose by %T: %w", source, id, ErrUnsupportedID)
	}
	return nil
}

// isID: a pointer to an ID has its methods too, and may be nil.
func isID(id ManagedIDKind) bool {
	return idParameters{client: "x", object: "x", resource: "x"}.parameter(id) != ""
}

// idParameters are the query parameters by which a source takes each kind of
// ID, empty where it takes none.
type idParameters struct{ client, object, resource string }

func (p idParameters) parameter(id ManagedIDKind) string {
	switch id.(type) {
	case ClientID:
		return p.client
	case ObjectID:
		return p.object
	case ResourceID:
		return p.resource
	default:
		return ""
	}
}

// ErrUnsupportedID means that the source has no way to choose an identity by
// the kind of ID given. It comes from the constructor, except on Azure Arc,
// where it depends on the agent's version and comes with the first token.
var ErrUnsupportedID = errors.New("unsupported kind of identity ID")
