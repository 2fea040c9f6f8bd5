package arm_test

import (
	"net/http"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/arm"
)

func TestCloudsHaveTheirOwnEndpointAndAudience(t *testing.T) {
	t.Parallel()
	configured := func(endpoint, audience string) cloud.Configuration {
		return cloud.Configuration{
			ActiveDirectoryAuthorityHost: "https://login.example/",
			Services:                     map[cloud.ServiceName]cloud.ServiceConfiguration{cloud.ResourceManager: {Endpoint: endpoint, Audience: audience}},
		}
	}
	for name, test := range map[string]struct {
		cloud     cloud.Configuration
		url, want string
	}{
		"none":                {cloud.Configuration{}, "https://management.azure.com", "https://management.azure.com//.default"},
		"public":              {cloud.AzurePublic, "https://management.azure.com", "https://management.azure.com//.default"},
		"US government":       {cloud.AzureGovernment, "https://management.usgovcloudapi.net", "https://management.usgovcloudapi.net//.default"},
		"China":               {cloud.AzureChina, "https://management.chinacloudapi.cn", "https://management.chinacloudapi.cn//.default"},
		"azcore's own public": {configured("https://management.azure.com", "https://management.core.windows.net/"), "https://management.azure.com", "https://management.azure.com//.default"},
		"azcore's own China":  {configured("https://management.chinacloudapi.cn/", "https://management.core.chinacloudapi.cn"), "https://management.chinacloudapi.cn", "https://management.chinacloudapi.cn//.default"},
		"an audience":         {configured("https://management.azure.com", "https://management.azure.com"), "https://management.azure.com", "https://management.azure.com/.default"},
		"a stack":             {configured("https://management.local.stack:443", "https://management.stack/1234"), "https://management.local.stack", "https://management.stack/1234/.default"},
		"no audience":         {configured("https://management.local.stack:8443", ""), "https://management.local.stack:8443", "https://management.local.stack:8443//.default"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := new(script).then(200, devTest)
			client, cred := newClient(t, s.serve, func(o *arm.ClientOptions) { o.Cloud = test.cloud })
			_, err := client.Get(t.Context(), "DevTest")
			require.NoError(t, err)
			require.Equal(t, []string{"GET " + test.url + "/subscriptions/" + subscription + "/resourceGroups/DevTest?api-version=2021-04-01"}, s.lines())
			require.Equal(t, []string{test.want}, cred.asked[0].Scopes)
		})
	}
}

func TestNewResourceGroupClientRefuses(t *testing.T) {
	t.Parallel()
	unknown := cloud.Configuration{ActiveDirectoryAuthorityHost: "https://login.example/"}
	insecure := cloud.Configuration{Services: map[cloud.ServiceName]cloud.ServiceConfiguration{cloud.ResourceManager: {Endpoint: "http://127.0.0.1:1"}}}
	for name, test := range map[string]struct {
		subscription string
		change       change
		want         string
	}{
		"no subscription":    {"", nil, "arm: the subscription is named by its ID"},
		"subscription path":  {"../x", nil, "arm: the subscription is named by its ID"},
		"an unknown cloud":   {"s", func(o *arm.ClientOptions) { o.Cloud = unknown }, "arm: the cloud in the client options has no endpoint for ResourceManager"},
		"plain http":         {"s", func(o *arm.ClientOptions) { o.Cloud = insecure }, "arm: the cloud's endpoint for ResourceManager cannot be used: it must begin with https://"},
		"a bad version":      {"s", apiVersion("latest"), "arm: APIVersion in the client options must look like 7.4 or 2016-10-01"},
		"two ways to send":   {"s", func(o *arm.ClientOptions) { o.Transport = &http.Client{} }, "arm: HTTPClient and Transport are both set"},
		"no credential":      {"s", nil, ""},
		"a subscription URL": {"https://x", nil, "arm: the subscription is named by its ID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := &arm.ClientOptions{HTTPClient: &http.Client{}}
			if test.change != nil {
				test.change(options)
			}
			if test.want == "" {
				_, err := arm.NewResourceGroupClient(test.subscription, nil, options)
				require.EqualError(t, err, "arm: the credential is nil")
				return
			}
			_, err := arm.NewResourceGroupClient(test.subscription, &fixed{}, options)
			require.ErrorContains(t, err, test.want)
		})
	}
	_, err := arm.NewResourceGroupClient(subscription, &fixed{}, nil)
	require.NoError(t, err)
}

// The tutorial's version has no type in its answer.
func TestTheTutorialsRequest(t *testing.T) {
	t.Parallel()
	s := new(script).then(200, `{"id":"/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups/DevTest","name":"DevTest","location":"westus","properties":{"provisioningState":"Succeeded"}}`)
	client, _ := newClient(t, s.serve, apiVersion("2016-06-01"))
	group, err := client.Get(t.Context(), "DevTest")
	require.NoError(t, err)
	require.Equal(t, arm.ResourceGroup{
		ID: "/subscriptions/98f51385-2edc-4b79-bed9-7718de4cb861/resourceGroups/DevTest", Name: "DevTest", Location: "westus", ProvisioningState: "Succeeded",
	}, group)
	require.Equal(t, []string{"GET " + endpoint + "/subscriptions/" + subscription + "/resourceGroups/DevTest?api-version=2016-06-01"}, s.lines())
	require.Equal(t, "Bearer "+token, s.seen[0].authorization)
}

// What is left of the subscription's requests is in the headers of any answer.
func TestThrottlingHeadersAreShown(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"good": 200, "throttled": 429} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := newClient(t, always(status, devTest, "x-ms-ratelimit-remaining-subscription-reads", "249"), noRetries)
			var resp *http.Response
			_, err := client.Get(policy.WithCaptureResponse(t.Context(), &resp), "DevTest")
			if status == 200 {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, arm.ErrThrottled)
			}
			require.Equal(t, "249", resp.Header.Get("x-ms-ratelimit-remaining-subscription-reads"))
			require.Empty(t, resp.Request.Header.Get("Authorization"))
		})
	}
}
