package tutorial

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/keyless-go/azure/arm"
)

// ResourceGroup is the tutorial that reads a resource group from Azure Resource
// Manager.
type ResourceGroup struct {
	World
	Subscription string
	Group        string
	APIVersion   string // empty: the client's default
}

// Run reads the group and prints it as the service answers it.
func (r ResourceGroup) Run(ctx context.Context, out io.Writer) error {
	cred, err := r.Credential()
	if err != nil {
		return err
	}
	options := &arm.ClientOptions{HTTPClient: r.HTTPClient, ClientOptions: r.clientOptions()}
	options.APIVersion = r.APIVersion
	client, err := arm.NewResourceGroupClient(r.Subscription, cred, options)
	if err != nil {
		return err
	}
	group, err := client.Get(ctx, r.Group)
	if err != nil {
		return err
	}
	return printGroup(out, group)
}

// printGroup prints the fields in the order of the service's answer.
func printGroup(out io.Writer, group arm.ResourceGroup) error {
	type properties struct {
		ProvisioningState string `json:"provisioningState"`
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(struct {
		ID         string            `json:"id"`
		Name       string            `json:"name"`
		Type       string            `json:"type,omitempty"`
		Location   string            `json:"location"`
		ManagedBy  string            `json:"managedBy,omitempty"`
		Tags       map[string]string `json:"tags,omitempty"`
		Properties properties        `json:"properties"`
	}{
		group.ID, group.Name, group.Type, group.Location, group.ManagedBy, group.Tags, properties{group.ProvisioningState},
	})
	if err != nil {
		return fmt.Errorf("print the group: %w", err)
	}
	return nil
}
