package arm

// ResourceGroup is a resource group. Empty fields are those the service does
// not tell.
type ResourceGroup struct {
	// ID is the path of the group, /subscriptions/…/resourceGroups/….
	ID string
	// Name is spelled as it was when the group was made. Names do not differ
	// by case.
	Name string
	// Type is Microsoft.Resources/resourceGroups. API versions of 2016 do not
	// tell it.
	Type string
	// Location is a region as the service writes it: westus, not West US.
	Location string
	// ManagedBy is the ID of the resource that manages the group.
	ManagedBy string
	// ProvisioningState is Succeeded, or Deleting while the group is deleted.
	ProvisioningState string
	// Tags may be nil, which is the same as empty.
	Tags map[string]string
}

type groupWire struct {
	ID         string            `json:"id,omitempty"`
	Name       string            `json:"name,omitempty"`
	Type       string            `json:"type,omitempty"`
	Location   string            `json:"location,omitempty"`
	ManagedBy  string            `json:"managedBy,omitempty"`
	Tags       map[string]string `json:"tags,omitempty"`
	Properties groupProperties   `json:"properties,omitzero"`
}

type groupProperties struct {
	ProvisioningState string `json:"provisioningState"`
}

func (w groupWire) group() ResourceGroup {
	return ResourceGroup{
		ID: w.ID, Name: w.Name, Type: w.Type, Location: w.Location, ManagedBy: w.ManagedBy,
		ProvisioningState: w.Properties.ProvisioningState, Tags: w.Tags,
	}
}
