// Package arm works with the resource groups of an Azure subscription, through
// Azure Resource Manager.
//
//	client, err := arm.NewResourceGroupClient(subscriptionID, cred, nil)
//	group, err := client.Get(ctx, "DevTest")
//	fmt.Println(group.Location, group.ProvisioningState)
//
// The credential is any azcore.TokenCredential. The client registers no resource
// providers, as Microsoft's own does unasked: an identity needs no more than the
// permission for what it does, named with each method.
//
// The package does no deployments and no single resources; [ResourceGroupClient.Resources]
// lists what a group holds.
//
// # Errors
//
// An error is one line that names the operation, the group and the endpoint,
// with the service's codes, its details and the request id. errors.Is finds
// [ErrNotFound], [ErrForbidden], [ErrConflict], [ErrThrottled] and
// [ErrUnauthorized], errors.As finds *azcore.ResponseError. How long the service
// asked to be left alone is told by the method RetryAfter() time.Duration of an
// error in the chain.
//
// Failed requests are tried again as azcore.ClientOptions.Retry says. Resource
// Manager counts requests and tells what is left of them in headers whose names
// begin with x-ms-ratelimit-remaining: policy.WithCaptureResponse shows them.
package arm
