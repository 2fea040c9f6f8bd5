package interop_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestStorageAccounts(t *testing.T) {
	t.Parallel()
	w := newStorageWorld(t)
	client, ctx := w.officialAccounts(t), t.Context()
	got, err := client.GetProperties(ctx, "box", "contoso", nil)
	require.NoError(t, err)
	require.Equal(t, w.account.URL()+"/", *got.Properties.PrimaryEndpoints.Blob)
	require.True(t, *got.Properties.AllowSharedKeyAccess)

	keys, err := client.ListKeys(ctx, "box", "contoso", nil)
	require.NoError(t, err)
	require.Equal(t, w.account.Key("key1"), *keys.Keys[0].Value)
	rotated, err := client.RegenerateKey(ctx, "box", "contoso", armstorage.AccountRegenerateKeyParameters{KeyName: new("key1")}, nil)
	require.NoError(t, err)
	require.NotEqual(t, *keys.Keys[0].Value, *rotated.Keys[0].Value)

	require.Equal(t, [][]string{{"contoso"}}, every(t, client.NewListByResourceGroupPager("box", nil), func(page armstorage.AccountsClientListByResourceGroupResponse) (names []string) {
		for _, a := range page.Value {
			names = append(names, *a.Name)
		}
		return names
	}))
	_, err = client.ListServiceSAS(ctx, "box", "contoso", armstorage.ServiceSasParameters{CanonicalizedResource: new("/blob/contoso/box"), Resource: new(armstorage.SignedResourceC), Permissions: new(armstorage.Permissions("wr"))}, nil)
	requireRefused(t, err, 400, "InvalidValuesForRequestParameters")
}

// The official client sends times as they are, with their offset and their fraction.
func TestListServiceSASTimes(t *testing.T) {
	t.Parallel()
	w := newStorageWorld(t)
	token := w.serviceSAS(t, "rcw", time.Date(2035, 1, 2, 4, 4, 5, 678_900_000, time.FixedZone("", 3600)))
	require.Contains(t, string(w.last().Body), "2035-01-02T04:04:05.6789+01:00")
	require.Regexp(t, `^sv=2015-04-05&sr=c&spr=https&se=2035-01-02T03%3A04%3A05Z&sp=rcw&sig=`, token)
}

func TestBlobsByServiceSAS(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2015-04-05", "2018-11-09", "2020-12-06"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			w := newStorageWorld(t)
			w.account.SetSASVersion(version)
			client := w.withSAS(t, w.serviceSAS(t, "rcw", inTenYears()))
			roundTrip(t, client)
			_, err := client.NewListBlobsFlatPager(nil).NextPage(t.Context())
			requireRefused(t, err, 403, "AuthorizationPermissionMismatch")
			_, err = client.NewBlobClient("x").Delete(t.Context(), nil)
			require.True(t, bloberror.HasCode(err, bloberror.AuthorizationPermissionMismatch), err)

			w.srv.Advance(11 * 365 * 24 * time.Hour)
			_, err = client.NewBlobClient("x").GetProperties(t.Context(), nil)
			require.True(t, bloberror.HasCode(err, bloberror.AuthenticationFailed), err)
		})
	}
}

func TestBlobsByAccountSAS(t *testing.T) {
	t.Parallel()
	w := newStorageWorld(t)
	expiry := inTenYears()
	got, err := w.officialAccounts(t).ListAccountSAS(t.Context(), "box", "contoso", armstorage.AccountSasParameters{
		Services: new(armstorage.ServicesB), ResourceTypes: new(armstorage.SignedResourceTypes("sco")), Permissions: new(armstorage.Permissions("rwdlac")), SharedAccessExpiryTime: &expiry,
	}, nil)
	require.NoError(t, err)
	client, err := azblob.NewClientWithNoCredential(w.account.URL()+"/?"+*got.AccountSasToken, &azblob.ClientOptions{ClientOptions: w.blobOptions()})
	require.NoError(t, err)
	administer(t, client)
}

func TestBlobsByToken(t *testing.T) {
	t.Parallel()
	w := newStorageWorld(t)
	for name, cred := range map[string]azcore.TokenCredential{"azidentity": w.officialCredential(t), "ours": w.ourCredential(t)} {
		client, err := azblob.NewClient(w.account.URL(), cred, &azblob.ClientOptions{ClientOptions: w.blobOptions()})
		require.NoError(t, err, name)
		administer(t, client)
	}
	w.account.Assign(w.id)
	w.account.Unassign(w.id)
	client, err := azblob.NewClient(w.account.URL(), w.officialCredential(t), &azblob.ClientOptions{ClientOptions: w.blobOptions()})
	require.NoError(t, err)
	_, err = client.DownloadStream(t.Context(), "box", "b", nil)
	require.True(t, bloberror.HasCode(err, bloberror.AuthorizationPermissionMismatch), err)
}

func TestBlobsBySharedKey(t *testing.T) {
	t.Parallel()
	w := newStorageWorld(t)
	key, err := azblob.NewSharedKeyCredential("contoso", w.account.Key("key2"))
	require.NoError(t, err)
	client, err := azblob.NewClientWithSharedKeyCredential(w.account.URL(), key, &azblob.ClientOptions{ClientOptions: w.blobOptions()})
	require.NoError(t, err)
	administer(t, client)
	w.account.RotateKey("key2")
	_, err = client.CreateContainer(t.Context(), "another", nil)
	require.True(t, bloberror.HasCode(err, bloberror.AuthenticationFailed), err)
}

// administer makes and deletes a container, and lists.
func administer(t *testing.T, client *azblob.Client) {
	t.Helper()
	ctx := t.Context()
	_, err := client.CreateContainer(ctx, "temporary", &azblob.CreateContainerOptions{Metadata: map[string]*string{"a": new("1")}})
	require.NoError(t, err)
	_, err = client.CreateContainer(ctx, "temporary", nil)
	require.True(t, bloberror.HasCode(err, bloberror.ContainerAlreadyExists), err)
	roundTrip(t, client.ServiceClient().NewContainerClient("temporary"))
	for i := range 7 {
		_, err = client.UploadBuffer(ctx, "temporary", fmt.Sprintf("list/%d & more", i), nil, nil)
		require.NoError(t, err)
	}
	pages := every(t, client.NewListBlobsFlatPager("temporary", &azblob.ListBlobsFlatOptions{MaxResults: new(int32(5)), Prefix: new("list/")}), func(page azblob.ListBlobsFlatResponse) (names []string) {
		for _, item := range page.Segment.BlobItems {
			names = append(names, *item.Name)
			require.Equal(t, int64(0), *item.Properties.ContentLength)
			require.NotNil(t, item.Properties.LastModified)
		}
		return names
	})
	require.Len(t, pages, 2)
	require.Equal(t, []string{"list/5 & more", "list/6 & more"}, pages[1])

	tree := client.ServiceClient().NewContainerClient("temporary").NewListBlobsHierarchyPager("/", nil)
	page, err := tree.NextPage(ctx)
	require.NoError(t, err)
	require.Equal(t, "a folder/", *page.Segment.BlobPrefixes[0].Name)
	require.Equal(t, "list/", *page.Segment.BlobPrefixes[1].Name)
	containers := every(t, client.NewListContainersPager(&azblob.ListContainersOptions{Prefix: new("temp")}), func(page azblob.ListContainersResponse) (names []string) {
		for _, item := range page.ContainerItems {
			names = append(names, *item.Name)
		}
		return names
	})
	require.Equal(t, [][]string{{"temporary"}}, containers)
	_, err = client.DeleteBlob(ctx, "temporary", "list/0 & more", nil)
	require.NoError(t, err)
	_, err = client.DeleteContainer(ctx, "temporary", nil)
	require.NoError(t, err)
	_, err = client.DeleteContainer(ctx, "temporary", nil)
	require.True(t, bloberror.HasCode(err, bloberror.ContainerNotFound), err)
}

// What azblob signs by itself opens the emulator too, where azblob signs right.
func TestSASOfAzblob(t *testing.T) {
	t.Parallel()
	w := newStorageWorld(t)
	w.box.SetBlob("b", []byte("data"))
	key, err := azblob.NewSharedKeyCredential("contoso", w.account.Key("key1"))
	require.NoError(t, err)
	get := func(token string) error {
		_, err := w.withSAS(t, token).NewBlobClient("b").GetProperties(t.Context(), nil)
		return err
	}
	values := sas.BlobSignatureValues{ContainerName: "box", Permissions: (&sas.ContainerPermissions{Read: true}).String(), ExpiryTime: inTenYears(), StartTime: time.Now().Add(-time.Hour), Protocol: sas.ProtocolHTTPS, ContentType: "text/x"}
	for _, version := range []string{"", "2020-12-06", "2022-11-02", "2025-07-05"} {
		values.Version = version
		token, err := values.SignWithSharedKey(key)
		require.NoError(t, err)
		require.NoError(t, get(token.Encode()), version)
	}
	// Known defect: of an older version it takes the name, and the layout of the newest.
	values.Version = "2018-11-09"
	token, err := values.SignWithSharedKey(key)
	require.NoError(t, err)
	require.True(t, bloberror.HasCode(get(token.Encode()), bloberror.AuthenticationFailed))

	account, err := sas.AccountSignatureValues{Permissions: (&sas.AccountPermissions{Read: true}).String(), ResourceTypes: (&sas.AccountResourceTypes{Object: true}).String(), ExpiryTime: inTenYears()}.SignWithSharedKey(key)
	require.NoError(t, err)
	require.NoError(t, get(account.Encode()))
}

func TestUserDelegationSASOfAzblob(t *testing.T) {
	t.Parallel()
	w := newStorageWorld(t)
	w.account.AllowSharedKey(false)
	client, err := service.NewClient(w.account.URL(), w.ourCredential(t), &service.ClientOptions{ClientOptions: w.blobOptions()})
	require.NoError(t, err)
	now := time.Now().UTC()
	key, err := client.GetUserDelegationCredential(t.Context(), service.KeyInfo{Start: new(now.Format(sas.TimeFormat)), Expiry: new(now.Add(time.Hour).Format(sas.TimeFormat))}, nil)
	require.NoError(t, err)
	token, err := sas.BlobSignatureValues{ContainerName: "box", Permissions: (&sas.ContainerPermissions{Read: true, Create: true, Write: true, List: true}).String(), ExpiryTime: now.Add(time.Hour)}.SignWithUserDelegation(key)
	require.NoError(t, err)
	roundTrip(t, w.withSAS(t, token.Encode()))
}

func TestStoredAccessPoliciesOfAzblob(t *testing.T) {
	t.Parallel()
	w := newStorageWorld(t)
	w.box.SetBlob("b", []byte("data"))
	key, err := azblob.NewSharedKeyCredential("contoso", w.account.Key("key1"))
	require.NoError(t, err)
	admin, err := container.NewClientWithSharedKeyCredential(w.box.URL(), key, &container.ClientOptions{ClientOptions: w.blobOptions()})
	require.NoError(t, err)
	_, err = admin.SetAccessPolicy(t.Context(), &container.SetAccessPolicyOptions{ContainerACL: []*container.SignedIdentifier{{
		ID: new("readers"), AccessPolicy: &container.AccessPolicy{Expiry: new(inTenYears()), Permission: new("r")},
	}}})
	require.NoError(t, err)
	got, err := admin.GetAccessPolicy(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "r", *got.SignedIdentifiers[0].AccessPolicy.Permission)
	token, err := sas.BlobSignatureValues{ContainerName: "box", Identifier: "readers"}.SignWithSharedKey(key)
	require.NoError(t, err)
	_, err = w.withSAS(t, token.Encode()).NewBlobClient("b").GetProperties(t.Context(), nil)
	require.NoError(t, err)
	_, err = admin.SetAccessPolicy(t.Context(), nil)
	require.NoError(t, err)
	_, err = w.withSAS(t, token.Encode()).NewBlobClient("b").GetProperties(t.Context(), nil)
	require.True(t, bloberror.HasCode(err, bloberror.AuthenticationFailed), err)
}

func TestBlobErrorsOfAzblob(t *testing.T) {
	t.Parallel()
	w := newStorageWorld(t)
	w.box.SetBlob("b", []byte("data"))
	client, ctx := w.withSAS(t, w.serviceSAS(t, "racwdl", inTenYears())), t.Context()
	b := client.NewBlockBlobClient("b")
	codes := map[bloberror.Code]error{}
	_, codes[bloberror.BlobNotFound] = client.NewBlobClient("none").DownloadStream(ctx, nil)
	_, codes[bloberror.ConditionNotMet] = b.DownloadStream(ctx, &azblob.DownloadStreamOptions{AccessConditions: &blob.AccessConditions{ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfMatch: new(azcore.ETag(`"0x1"`))}}})
	_, codes[bloberror.BlobAlreadyExists] = b.UploadBuffer(ctx, nil, &blockblob.UploadBufferOptions{AccessConditions: &blob.AccessConditions{ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfNoneMatch: new(azcore.ETagAny)}}})
	_, codes[bloberror.InvalidRange] = b.DownloadStream(ctx, &azblob.DownloadStreamOptions{Range: azblob.HTTPRange{Offset: 4}})
	_, codes[bloberror.InvalidBlockList] = b.CommitBlockList(ctx, []string{"YQ=="}, nil)
	_, codes[bloberror.MD5Mismatch] = b.Upload(ctx, streaming.NopCloser(bytes.NewReader([]byte("x"))), &blockblob.UploadOptions{TransactionalValidation: blob.TransferValidationTypeMD5(make([]byte, 16))})
	for code, err := range codes {
		require.True(t, bloberror.HasCode(err, code), "%s: %v", code, err)
	}
	_, err := b.Upload(ctx, streaming.NopCloser(bytes.NewReader([]byte("sum"))), &blockblob.UploadOptions{TransactionalValidation: blob.TransferValidationTypeComputeCRC64()})
	require.NoError(t, err, "the CRC64 is the service's own")
	list, err := b.GetBlockList(ctx, blockblob.BlockListTypeAll, nil)
	require.NoError(t, err)
	require.Empty(t, list.CommittedBlocks)
}

// azblob's own retries deal with what a service may do in the middle of a download. Those
// of an upload are left out: known defect, azcore rewinds a body that net/http may still be
// reading, which the race detector sees.
func TestBlobFaultsOfAzblob(t *testing.T) {
	t.Parallel()
	w := newStorageWorld(t)
	data := bytes.Repeat([]byte("0123456789"), 300_000)
	w.box.SetBlob("b", data)
	options := w.blobOptions()
	options.Retry = policy.RetryOptions{MaxRetries: 3, RetryDelay: time.Millisecond}
	client, err := container.NewClientWithNoCredential(w.box.URL()+"?"+w.serviceSAS(t, "rw", inTenYears()), &container.ClientOptions{ClientOptions: options})
	require.NoError(t, err)
	w.srv.Fail(azuretest.Fault{Operation: "storage.getblob", Status: 503, Times: 2})
	w.srv.Fail(azuretest.Fault{Operation: "storage.getblob", Status: -1})
	w.srv.Fail(azuretest.Fault{Operation: "storage.getblob", CutAfter: 100_000, Times: 2})
	got := make([]byte, len(data))
	_, err = client.NewBlobClient("b").DownloadBuffer(t.Context(), got, nil)
	require.NoError(t, err)
	require.True(t, bytes.Equal(data, got), "the bytes differ")
	require.Len(t, w.requests("storage.getblob"), 6)
}

// Known defect: the error of a transport has the SAS in it.
func TestSASLeaksFromAzblob(t *testing.T) {
	t.Parallel()
	w := newStorageWorld(t)
	token := w.serviceSAS(t, "r", inTenYears())
	w.srv.Fail(azuretest.Fault{Operation: "storage.getblobproperties", Status: -1})
	_, err := w.withSAS(t, token).NewBlobClient("b").GetProperties(t.Context(), nil)
	require.ErrorContains(t, err, "sig=")
}
