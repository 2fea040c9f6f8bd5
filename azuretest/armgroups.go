package azuretest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// groupParameters is the body of a create and of an update. What is absent, or null, is
// not asked for.
type groupParameters struct {
	Location  *string           `json:"location"`
	Tags      map[string]string `json:"tags"`
	ManagedBy *string           `json:"managedBy"`
}

// groupAnswer is a group on the wire.
type groupAnswer struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Type       string            `json:"type,omitempty"`
	Location   string            `json:"location"`
	Tags       map[string]string `json:"tags,omitzero"`
	ManagedBy  string            `json:"managedBy,omitempty"`
	Properties groupProperties   `json:"properties"`
}

type groupProperties struct {
	State string `json:"provisioningState"`
}

func (q *armRequest) groupAnswer(g *ResourceGroup) groupAnswer {
	a := groupAnswer{ID: g.id, Name: g.name, Location: g.location, Tags: g.tags, Properties: groupProperties{g.state()}}
	if q.api.types {
		a.Type, a.ManagedBy = "Microsoft.Resources/resourceGroups", g.managedBy
	}
	return a
}

func getGroup(q *armRequest) (armAnswer, *armError) {
	return armAnswer{status: http.StatusOK, body: q.groupAnswer(q.group)}, nil
}

func groupExists(*armRequest) (armAnswer, *armError) {
	return armAnswer{status: http.StatusNoContent}, nil
}

func putGroup(q *armRequest) (armAnswer, *armError) {
	p, problem := q.groupParameters()
	if problem != nil {
		return armAnswer{}, problem
	}
	if bad := badGroupName(q.groupName); bad != "" {
		return armAnswer{}, badARMRequest("InvalidResourceGroup", bad)
	}
	place, problem := placeOf(p.Location)
	if problem != nil {
		return armAnswer{}, problem
	}
	g, status := q.group, http.StatusOK
	switch {
	case g == nil:
		g, status = q.subscription.create(q.groupName), http.StatusCreated
		g.open = false // the roles of the subscription hold
		g.location = place
	case g.job != nil:
		return armAnswer{}, beingDeleted(g)
	case g.location != place:
		return armAnswer{}, conflictError("InvalidResourceGroupLocation", fmt.Sprintf("Invalid resource group location '%s'. The Resource group already exists in location '%s'.", place, g.location))
	}
	g.tags = p.Tags
	if p.ManagedBy != nil {
		g.managedBy = *p.ManagedBy
	}
	return armAnswer{status: status, body: q.groupAnswer(g)}, nil
}

// patchGroup replaces the tags as a whole.
func patchGroup(q *armRequest) (armAnswer, *armError) {
	p, problem := q.groupParameters()
	if problem != nil {
		return armAnswer{}, problem
	}
	g := q.group
	if g.job != nil {
		return armAnswer{}, beingDeleted(g)
	}
	if p.Tags != nil {
		g.tags = p.Tags
	}
	if p.ManagedBy != nil {
		g.managedBy = *p.ManagedBy
	}
	return armAnswer{status: http.StatusOK, body: q.groupAnswer(g)}, nil
}

func (q *armRequest) groupParameters() (p groupParameters, problem *armError) {
	if err := json.Unmarshal(q.body, &p); err != nil {
		return p, invalidContent(err)
	}
	return p, nil
}

func beingDeleted(g *ResourceGroup) *armError {
	return conflictError("ResourceGroupBeingDeleted", fmt.Sprintf("The resource group '%s' is in deprovisioning state and cannot perform this operation.", g.name))
}

// regionName writes a location as answers have it: "West US" is "westus".
func regionName(location string) string {
	return strings.ToLower(strings.ReplaceAll(location, " ", ""))
}

// placeOf returns the name of a location that is asked for, if a group can be there.
func placeOf(name *string) (string, *armError) {
	if name == nil || *name == "" {
		return "", badARMRequest("LocationRequired", "The location property is required for this definition.")
	}
	place := regionName(*name)
	if !slices.Contains(regions(), place) {
		return "", badARMRequest("LocationNotAvailableForResourceGroup", fmt.Sprintf("The provided location '%s' is not available for resource group. List of available regions is '%s'.", *name, strings.Join(regions(), ",")))
	}
	return place, nil
}

// regions lists where groups can be, in all clouds.
// https://learn.microsoft.com/azure/reliability/regions-list
func regions() []string {
	return strings.Fields(`
		eastus eastus2 southcentralus westus westus2 westus3 centralus northcentralus westcentralus
		canadacentral canadaeast brazilsouth brazilsoutheast mexicocentral chilecentral
		northeurope westeurope uksouth ukwest francecentral francesouth germanywestcentral germanynorth
		swedencentral swedensouth norwayeast norwaywest switzerlandnorth switzerlandwest
		italynorth polandcentral spaincentral austriaeast belgiumcentral
		eastasia southeastasia japaneast japanwest koreacentral koreasouth centralindia southindia westindia
		jioindiawest jioindiacentral indonesiacentral malaysiawest newzealandnorth
		australiaeast australiasoutheast australiacentral australiacentral2
		southafricanorth southafricawest uaenorth uaecentral qatarcentral israelcentral
		usgovvirginia usgovtexas usgovarizona usdodeast usdodcentral
		chinanorth chinanorth2 chinanorth3 chinaeast chinaeast2 chinaeast3`)
}
