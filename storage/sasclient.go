package storage

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/keyless-go/azure/internal/azrest"
)

// SASClient gets shared access signatures of one storage account. Make it with
// [NewSASClient]. It is immutable and safe for concurrent use.
type SASClient struct {
	rest    *azrest.Client
	path    []string // of the account, in Resource Manager
	account string
	hosts   hosts
}

// NewSASClient makes a client for the signatures of a storage account, which it
// asks Azure Resource Manager for. It does no I/O.
//
// Tokens are asked for https://management.azure.com/, with the slash, or what
// stands for it in the cloud of the options.
func NewSASClient(subscriptionID, resourceGroup, account string, cred azcore.TokenCredential, options *ClientOptions) (*SASClient, error) {
	if options == nil {
		options = &ClientOptions{}
	}
	management, err := azrest.NewManagement(options.ClientOptions)
	if err == nil {
		err = first(azrest.CheckSubscription(subscriptionID), azrest.CheckResourceGroup(resourceGroup), checkAccount(account))
	}
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	hosts, err := accountHosts(account, management.StorageDomain).with(options.SASHosts)
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	rest, err := azrest.New(azrest.Config{
		Module:     "storage",
		Namespace:  "Microsoft.Storage",
		Endpoint:   management.Endpoint,
		APIVersion: defaultManagementVersion,
		HTTPClient: options.HTTPClient,
		Options:    options.ClientOptions,
		Bearer:     &azrest.Bearer{Credential: cred, Scope: management.Scope},
	})
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	path := []string{
		"subscriptions", subscriptionID, "resourceGroups", resourceGroup,
		"providers", "Microsoft.Storage", "storageAccounts", account,
	}
	return &SASClient{rest: rest, path: path, account: account, hosts: hosts}, nil
}

// call is the request for a SAS of the kind, Service or Account.
func (c *SASClient) call(kind string, body any) azrest.Call {
	return azrest.Call{
		Span: "SASClient.List" + kind + "SAS", Action: "list " + strings.ToLower(kind) + " SAS of account", Object: c.account,
		Method: http.MethodPost, Path: append(slices.Clip(c.path), "list"+kind+"Sas"), Body: body,
	}
}

func checkAccount(account string) error {
	if ok, _ := regexp.MatchString(`^[a-z0-9]{3,24}$`, account); !ok {
		return errors.New("a storage account's name has 3 to 24 lower-case letters and digits")
	}
	return nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
