package interop_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/storage"
)

// The account at Azurite that the emulator's account is handed over to.
const (
	azuriteAccount = "devstoreaccount1"
	azuriteKey     = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)

// azuriteWorld is a storage world whose account was handed over to a real Azurite, and a
// container there.
type azuriteWorld struct {
	storageWorld

	host     string // with the port
	endpoint string // of the account
}

// TestAzurite is one test, so that one Azurite serves all of it.
func TestAzurite(t *testing.T) {
	t.Parallel()
	emulated := azuretest.New(t).StorageAccount("contoso") // whose keys are the same in each emulator
	address := startAzurite(t, azuriteAccount+":"+azuriteKey+";contoso:"+emulated.Key("key1")+":"+emulated.Key("key2"))
	for _, version := range []string{"2015-04-05", "2018-11-09", "2020-12-06"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			for name, test := range map[string]func(*testing.T, azuriteWorld){
				"our client":             testOurClientOnAzurite,
				"azblob with our policy": testAzblobOnAzurite,
				"wrong permissions":      testWrongPermissionsOnAzurite,
				"expired":                testExpiredOnAzurite,
				"renewed in mid-upload":  testRenewalOnAzurite,
			} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(t, newAzuriteWorld(t, address, version))
				})
			}
		})
	}
	t.Run("not renewed in mid-upload", func(t *testing.T) {
		t.Parallel()
		testNoRenewalOnAzurite(t, newAzuriteWorld(t, address, "2015-04-05"))
	})
	t.Run("same decisions", func(t *testing.T) {
		t.Parallel()
		testSameDecisions(t, address)
	})
}

func newAzuriteWorld(t *testing.T, address, version string) azuriteWorld {
	t.Helper()
	w := azuriteWorld{storageWorld: newStorageWorld(t), host: strings.TrimPrefix(address, "http://"), endpoint: address + "/" + azuriteAccount}
	w.account.SetSASVersion(version)
	w.account.HandOver(w.endpoint, azuriteAccount, azuriteKey)
	w.account.Assign(w.id, azuretest.RoleStorageAccountContributor)
	return w
}

// container makes a container at Azurite and returns its name.
func (w azuriteWorld) container(t *testing.T) string {
	t.Helper()
	name := "box-" + strings.ToLower(rand.Text())
	key, err := azblob.NewSharedKeyCredential(azuriteAccount, azuriteKey)
	require.NoError(t, err)
	client, err := azblob.NewClientWithSharedKeyCredential(w.endpoint, key, nil)
	require.NoError(t, err)
	_, err = client.CreateContainer(t.Context(), name, nil)
	require.NoError(t, err)
	return name
}

// credential keeps a SAS for a container at Azurite fresh, which the emulator mints.
func (w azuriteWorld) credential(t *testing.T, name, letters string, life time.Duration) *storage.SASCredential {
	t.Helper()
	client, err := storage.NewSASClient(subscriptionID, "box", "contoso", w.ourCredential(t), &storage.ClientOptions{HTTPClient: w.srv.Client(), SASHosts: []string{w.host}})
	require.NoError(t, err)
	return client.NewSASCredential(storage.ServiceSASParameters{Container: name, Permissions: letters, Protocol: "https,http"}, life)
}

// ours is this library's client of a container at Azurite.
func (w azuriteWorld) ours(t *testing.T, name string, sas *storage.SASCredential) *storage.ContainerClient {
	t.Helper()
	client, err := storage.NewContainerClient(w.endpoint+"/"+name, sas, nil)
	require.NoError(t, err)
	return client
}

// azblob is the official client of it, with our policy.
func (w azuriteWorld) azblob(t *testing.T, name string, sas *storage.SASCredential) *container.Client {
	t.Helper()
	options := &container.ClientOptions{}
	options.PerRetryPolicies = []policy.Policy{sas.Policy()}
	client, err := container.NewClientWithNoCredential(w.endpoint+"/"+name, options)
	require.NoError(t, err)
	return client
}

func testAzblobOnAzurite(t *testing.T, w azuriteWorld) {
	t.Helper()
	name := w.container(t)
	client := w.azblob(t, name, w.credential(t, name, "racwdl", time.Hour))
	roundTrip(t, client)
	pages := every(t, client.NewListBlobsFlatPager(nil), func(page container.ListBlobsFlatResponse) (names []string) {
		for _, item := range page.Segment.BlobItems {
			names = append(names, *item.Name)
		}
		return names
	})
	require.Equal(t, [][]string{{"a folder/ü.txt"}}, pages)
	require.Len(t, w.requests("storage.listservicesas"), 1, "one SAS does for all")
}

func testOurClientOnAzurite(t *testing.T, w azuriteWorld) {
	t.Helper()
	name, ctx := w.container(t), t.Context()
	client := w.ours(t, name, w.credential(t, name, "racwdl", time.Hour))
	data := bytes.Repeat([]byte("0123456789abcdef"), 700_000)
	require.NoError(t, client.Upload(ctx, "a folder/ü.txt", bytes.NewReader(data[:1000]), &storage.UploadOptions{ContentType: "text/plain", Metadata: map[string]string{"color": "blue"}, Checksum: true}))
	properties, err := client.Properties(ctx, "a folder/ü.txt")
	require.NoError(t, err)
	require.Equal(t, int64(1000), properties.Size)
	require.Equal(t, "text/plain", properties.ContentType)
	require.Equal(t, map[string]string{"color": "blue"}, properties.Metadata)
	require.NotEmpty(t, properties.MD5)

	require.NoError(t, client.Upload(ctx, "large", io.MultiReader(bytes.NewReader(data)), &storage.UploadOptions{BlockSize: 1 << 20, Checksum: true}), "a length that is not known")
	stream, _, err := client.Download(ctx, "large")
	require.NoError(t, err)
	got, err := io.ReadAll(stream)
	require.NoError(t, err)
	require.NoError(t, stream.Close())
	require.True(t, bytes.Equal(data, got), "the bytes differ")
	target := writerAt(make([]byte, len(data)))
	properties, err = client.DownloadTo(ctx, "large", target, &storage.DownloadOptions{BlockSize: 1 << 20})
	require.NoError(t, err)
	require.Equal(t, int64(len(data)), properties.Size)
	require.True(t, bytes.Equal(data, target), "the bytes differ")

	var names []string
	for blob, err := range client.List(ctx, "") {
		require.NoError(t, err)
		names = append(names, blob.Name)
	}
	require.Equal(t, []string{"a folder/ü.txt", "large"}, names)
	require.NoError(t, client.Delete(ctx, "large"))
	_, err = client.Properties(ctx, "large")
	require.ErrorIs(t, err, storage.ErrNotFound)
	require.Len(t, w.requests("storage.listservicesas"), 1, "one SAS does for all")
}

// writerAt is memory to download to.
type writerAt []byte

// WriteAt writes within the memory.
func (w writerAt) WriteAt(p []byte, offset int64) (int, error) { return copy(w[offset:], p), nil }

func testWrongPermissionsOnAzurite(t *testing.T, w azuriteWorld) {
	t.Helper()
	name, ctx := w.container(t), t.Context()
	sas := w.credential(t, name, "r", time.Hour)
	err := w.ours(t, name, sas).Upload(ctx, "b", strings.NewReader("data"), nil)
	require.ErrorIs(t, err, storage.ErrForbidden)
	requireRefused(t, err, 403, "AuthorizationPermissionMismatch")
	_, err = w.azblob(t, name, sas).NewBlockBlobClient("b").UploadBuffer(ctx, []byte("data"), nil)
	require.True(t, bloberror.HasCode(err, bloberror.AuthorizationPermissionMismatch), err)
	require.Len(t, w.requests("storage.listservicesas"), 1, "another SAS would not help")
}

// A SAS that has expired already: nobody renews it, and the code is not that of Azure.
func testExpiredOnAzurite(t *testing.T, w azuriteWorld) {
	t.Helper()
	token := w.serviceSAS(t, "r", time.Now().Add(-time.Minute))
	client, err := container.NewClientWithNoCredential(w.endpoint+"/box?"+strings.Replace(token, "spr=https&", "", 1), nil)
	require.NoError(t, err)
	_, err = client.NewBlobClient("b").GetProperties(t.Context(), nil)
	require.True(t, bloberror.HasCode(err, bloberror.AuthorizationFailure), err)
}

// The upload takes longer than a SAS lives.
const (
	shortLife = 3 * time.Second
	uploaded  = 64 << 20
	blockSize = 4 << 20
)

// testRenewalOnAzurite uploads by our client and by azblob with our policy, at the same time.
func testRenewalOnAzurite(t *testing.T, w azuriteWorld) {
	t.Helper()
	name := w.container(t)
	first, second := w.credential(t, name, "rcwd", shortLife), w.credential(t, name, "rcwd", shortLife)
	ours, official := w.ours(t, name, first), w.azblob(t, name, second).NewBlockBlobClient("official")
	start := time.Now()
	together(t, 2, func(i int) error {
		if i == 0 {
			return ours.Upload(t.Context(), "ours", newSlowReader(t), &storage.UploadOptions{BlockSize: blockSize})
		}
		_, err := official.UploadStream(t.Context(), newSlowReader(t), &blockblob.UploadStreamOptions{BlockSize: blockSize, Concurrency: 4})
		return err
	})
	minted := len(w.requests("storage.listservicesas"))
	require.GreaterOrEqual(t, minted, 2*2)
	require.LessOrEqual(t, minted, 2*(2+int(time.Since(start)/time.Second)), "one for each renewal, however many blocks are in flight")
	requireWhole(t, ours, "ours")
	requireWhole(t, ours, "official")
}

// requireWhole checks what was uploaded.
func requireWhole(t *testing.T, client *storage.ContainerClient, blob string) {
	t.Helper()
	stream, properties, err := client.Download(t.Context(), blob)
	require.NoError(t, err)
	require.Equal(t, int64(uploaded), properties.Size)
	same, err := sameBytes(stream, newPattern())
	require.NoError(t, err)
	require.True(t, same, "the bytes differ")
	require.NoError(t, stream.Close())
	require.NoError(t, client.Delete(t.Context(), blob))
}

// Without the policy the same upload fails in the middle: the test above tells something.
func testNoRenewalOnAzurite(t *testing.T, w azuriteWorld) {
	t.Helper()
	name := w.container(t)
	sas, err := w.credential(t, name, "rcw", shortLife).SAS(t.Context())
	require.NoError(t, err)
	client, err := container.NewClientWithNoCredential(w.endpoint+"/"+name+"?"+sas.Token(), nil)
	require.NoError(t, err)
	_, err = client.NewBlockBlobClient("b").UploadStream(t.Context(), newSlowReader(t), &blockblob.UploadStreamOptions{BlockSize: blockSize, Concurrency: 1})
	require.True(t, bloberror.HasCode(err, bloberror.AuthorizationFailure), err)
}
