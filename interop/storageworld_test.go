package interop_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// storageWorld is a world with a storage account that its identity owns, and a container.
type storageWorld struct {
	armWorld

	account *azuretest.StorageAccount
	box     *azuretest.Container
}

func newStorageWorld(tb testing.TB) storageWorld {
	tb.Helper()
	w := storageWorld{armWorld: newARMWorld(tb)}
	w.account = w.srv.StorageAccount("contoso")
	w.account.Move(w.sub.Group("box"))
	w.account.Assign(w.id, azuretest.RoleBlobDataOwner)
	w.box = w.account.Container("box")
	return w
}

func (w storageWorld) blobOptions() azcore.ClientOptions {
	return azcore.ClientOptions{Transport: w.srv.Client(), Retry: policy.RetryOptions{MaxRetries: -1}}
}

// serviceSAS has armstorage mint a SAS for the container.
func (w storageWorld) serviceSAS(tb testing.TB, letters string, expiry time.Time) string {
	tb.Helper()
	got, err := w.officialAccounts(tb).ListServiceSAS(tb.Context(), "box", "contoso", armstorage.ServiceSasParameters{
		CanonicalizedResource: new("/blob/contoso/box"), Resource: new(armstorage.SignedResourceC),
		Permissions: new(armstorage.Permissions(letters)), Protocols: new(armstorage.HTTPProtocolHTTPS), SharedAccessExpiryTime: &expiry,
	}, nil)
	require.NoError(tb, err)
	return *got.ServiceSasToken
}

// withSAS is azblob's client of the container.
func (w storageWorld) withSAS(tb testing.TB, sas string) *container.Client {
	tb.Helper()
	client, err := container.NewClientWithNoCredential(w.box.URL()+"?"+sas, &container.ClientOptions{ClientOptions: w.blobOptions()})
	require.NoError(tb, err)
	return client
}

func inTenYears() time.Time { return time.Now().AddDate(10, 0, 0) }

// roundTrip uploads with azblob, in one piece and in blocks, and reads what it has
// uploaded.
func roundTrip(tb testing.TB, client *container.Client) {
	tb.Helper()
	ctx, data := tb.Context(), bytes.Repeat([]byte("0123456789abcdef"), 300_000)
	blob := client.NewBlockBlobClient("a folder/ü.txt")
	_, err := blob.UploadBuffer(ctx, data[:1000], &blockblob.UploadBufferOptions{Metadata: map[string]*string{"Color": new("blue")}})
	require.NoError(tb, err)
	_, err = blob.UploadStream(ctx, bytes.NewReader(data), &blockblob.UploadStreamOptions{BlockSize: 1 << 20, Concurrency: 4})
	require.NoError(tb, err)

	got := make([]byte, len(data))
	n, err := blob.DownloadBuffer(ctx, got, &azblob.DownloadBufferOptions{BlockSize: 1 << 20})
	require.NoError(tb, err)
	require.Equal(tb, int64(len(data)), n)
	require.True(tb, bytes.Equal(data, got), "the bytes differ")

	stream, err := blob.DownloadStream(ctx, &azblob.DownloadStreamOptions{Range: azblob.HTTPRange{Offset: 5, Count: 10}})
	require.NoError(tb, err)
	part, err := io.ReadAll(stream.Body)
	require.NoError(tb, err)
	require.NoError(tb, stream.Body.Close())
	require.Equal(tb, "56789abcde", string(part))
	properties, err := blob.GetProperties(ctx, nil)
	require.NoError(tb, err)
	require.Equal(tb, int64(len(data)), *properties.ContentLength)
	require.True(tb, strings.HasPrefix(string(*properties.ETag), `"0x`))
}
