package peers

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"

	ours "github.com/keyless-go/azure/arm"
)

const (
	subscription = "98f51385-2edc-4b79-bed9-7718de4cb861"
	groupName    = "DevTest"
	groupID      = "/subscriptions/" + subscription + "/resourceGroups/" + groupName
	groupURL     = "https://management.azure.com/subscriptions/" + subscription + "/resourcegroups/" + groupName + "?api-version=2021-04-01"
)

// GroupReaders are of a resource group: net/http and azcore by hand, this library's
// client and armresources, with the same token in hand and the same transport.
func GroupReaders() ([]Reader, error) {
	client := &http.Client{Transport: manager{}}
	keyless, err := ours.NewResourceGroupClient(subscription, holder{}, &ours.ClientOptions{HTTPClient: client})
	if err != nil {
		return nil, err
	}
	official, err := armresources.NewResourceGroupsClient(subscription, holder{},
		&arm.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: client}})
	if err != nil {
		return nil, err
	}
	bearer := runtime.NewBearerTokenPolicy(holder{}, []string{"https://management.azure.com//.default"}, nil)
	pipeline := runtime.NewPipeline("bench", "v1.0.0", runtime.PipelineOptions{PerRetry: []policy.Policy{bearer}},
		&policy.ClientOptions{Transport: client})
	return []Reader{
		{"net/http by hand", groupID, func(ctx context.Context) (string, error) { return groupByHand(ctx, client) }},
		{"azcore by hand", groupID, func(ctx context.Context) (string, error) { return groupByCore(ctx, pipeline) }},
		{"this library", groupID, func(ctx context.Context) (string, error) {
			got, err := keyless.Get(ctx, groupName)
			return got.ID, err
		}},
		{"armresources", groupID, func(ctx context.Context) (string, error) {
			got, err := official.Get(ctx, groupName, nil)
			if err != nil {
				return "", err
			}
			return *got.ID, nil
		}},
	}, nil
}

// group is what a program that uses no library would declare.
type group struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Type       string            `json:"type"`
	Location   string            `json:"location"`
	Tags       map[string]string `json:"tags"`
	Properties struct {
		ProvisioningState string `json:"provisioningState"`
	} `json:"properties"`
}

// groupByHand does what a program without any library does at the least.
func groupByHand(ctx context.Context, client *http.Client) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, groupURL, http.NoBody)
	if err != nil {
		return "", err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+heldToken)
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the service answered %s", resp.Status)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return "", err
	}
	var got group
	err = json.Unmarshal(body, &got)
	return got.ID, err
}

// groupByCore does it on azcore's pipeline.
func groupByCore(ctx context.Context, pipeline runtime.Pipeline) (string, error) {
	req, err := runtime.NewRequest(ctx, http.MethodGet, groupURL)
	if err != nil {
		return "", err
	}
	req.Raw().Header.Set("Accept", "application/json")
	resp, err := pipeline.Do(req)
	if err != nil {
		return "", err
	}
	if !runtime.HasStatusCode(resp, http.StatusOK) {
		return "", runtime.NewResponseError(resp)
	}
	var got group
	err = runtime.UnmarshalAsJSON(resp, &got)
	return got.ID, err
}

// manager answers every request with the same group.
type manager struct{}

// RoundTrip answers without a wire.
func (manager) RoundTrip(req *http.Request) (*http.Response, error) {
	const body = `{"id":"` + groupID + `","name":"` + groupName + `","type":"Microsoft.Resources/resourceGroups",` +
		`"location":"westus","tags":{"env":"dev","owner":"x"},"properties":{"provisioningState":"Succeeded"}}`
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, Request: req,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}
