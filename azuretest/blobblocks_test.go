package azuretest_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// stage puts a block.
func (b blobs) stage(t *testing.T, blob, id, data string) answer {
	t.Helper()
	return b.do(t, http.MethodPut, "/box/"+blob+"?comp=block&blockid="+url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(id))), data)
}

// commit puts a list of blocks, each as KIND:ID.
func (b blobs) commit(t *testing.T, blob string, refs ...string) answer {
	t.Helper()
	var list strings.Builder
	list.WriteString(`<?xml version="1.0" encoding="utf-8"?><BlockList>`)
	for _, ref := range refs {
		kind, id, _ := strings.Cut(ref, ":")
		fmt.Fprintf(&list, "<%s>%s</%s>", kind, base64.StdEncoding.EncodeToString([]byte(id)), kind)
	}
	return b.do(t, http.MethodPut, "/box/"+blob+"?comp=blocklist", list.String()+"</BlockList>", "x-ms-blob-content-type", "text/plain", "Content-Type", "application/xml")
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	b := storageOf(azuretest.New(t))
	box := b.account.Container("box")
	read := func() string { return b.do(t, http.MethodGet, "/box/b", "").Body }

	for id, data := range map[string]string{"1": "one", "2": "two", "3": "three"} {
		require.Equal(t, http.StatusCreated, b.stage(t, "b", id, data).Status)
	}
	require.Equal(t, http.StatusCreated, b.stage(t, "b", "3", "drei").Status, "a block put again replaces the first")
	refused(t, b.do(t, http.MethodGet, "/box/b", ""), 404, "BlobNotFound")
	require.Empty(t, box.Blobs())
	blocks, size := box.UncommittedBlocks("b")
	require.Equal(t, 3, blocks)
	require.Equal(t, int64(10), size)

	got := b.commit(t, "b", "Latest:2", "Uncommitted:1", "Latest:2", "Latest:3")
	require.Equal(t, http.StatusCreated, got.Status, got.Body)
	require.Equal(t, "twoonetwodrei", read())
	got = b.do(t, http.MethodHead, "/box/b", "")
	require.Equal(t, "text/plain", got.Header.Get("Content-Type"))
	require.Empty(t, got.Header.Get("Content-Md5"), "nobody has said it")
	blocks, _ = box.UncommittedBlocks("b")
	require.Zero(t, blocks)

	b.stage(t, "b", "3", "THREE")
	require.Equal(t, "twoonetwodrei", read(), "staged blocks change nothing")
	b.commit(t, "b", "Committed:3", "Latest:3", "Committed:1")
	require.Equal(t, "dreiTHREEone", read())
	refused(t, b.commit(t, "b", "Uncommitted:3"), 400, "InvalidBlockList")
	require.Equal(t, "dreiTHREEone", read())
	refused(t, b.commit(t, "b", "Committed:2"), 400, "InvalidBlockList")
	require.Equal(t, http.StatusCreated, b.commit(t, "b").Status, "no blocks make an empty blob")
	require.Empty(t, read())

	b.stage(t, "b", "9", "nine")
	require.Equal(t, http.StatusCreated, b.do(t, http.MethodPut, "/box/b", "whole", blockBlob, "BlockBlob").Status)
	blocks, _ = box.UncommittedBlocks("b")
	require.Zero(t, blocks, "a put forgets the staged")
}

func TestBlockRules(t *testing.T) {
	t.Parallel()
	b := storageOf(azuretest.New(t))
	b.account.Container("box")
	require.Equal(t, http.StatusCreated, b.stage(t, "b", "01", "x").Status)
	refused(t, b.stage(t, "b", "1", "x"), 400, "InvalidBlobOrBlock")
	require.Equal(t, http.StatusCreated, b.stage(t, "c", "1", "x").Status, "another blob")
	refused(t, b.do(t, http.MethodPut, "/box/b?comp=blocklist", "<BlockList/>", "If-None-Match", "*", "Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="), 400, "Md5Mismatch")
	require.Equal(t, http.StatusCreated, b.do(t, http.MethodPut, "/box/b?comp=blocklist", "<BlockList><Latest>MDE=</Latest></BlockList>", "If-None-Match", "*").Status)
	refused(t, b.do(t, http.MethodPut, "/box/b?comp=blocklist", "<BlockList/>", "If-None-Match", "*"), 409, "BlobAlreadyExists")
}

func TestBlockList(t *testing.T) {
	t.Parallel()
	b := storageOf(azuretest.New(t))
	b.account.Container("box")
	b.stage(t, "b", "1", "one")
	const list = `<?xml version="1.0" encoding="utf-8"?><BlockList>`
	read := func(kind string) string {
		return strings.TrimPrefix(b.do(t, http.MethodGet, "/box/b?comp=blocklist&blocklisttype="+kind, "").Body, list)
	}
	require.Equal(t, "<CommittedBlocks></CommittedBlocks></BlockList>", read("committed"))
	require.Equal(t, "<UncommittedBlocks><Block><Name>MQ==</Name><Size>3</Size></Block></UncommittedBlocks></BlockList>", read("uncommitted"))
	b.commit(t, "b", "Latest:1")
	b.stage(t, "b", "3", "three")
	b.stage(t, "b", "2", "two!")
	require.Equal(t, "<CommittedBlocks><Block><Name>MQ==</Name><Size>3</Size></Block></CommittedBlocks>"+
		"<UncommittedBlocks><Block><Name>Mg==</Name><Size>4</Size></Block><Block><Name>Mw==</Name><Size>5</Size></Block></UncommittedBlocks></BlockList>", read("all"))
	refused(t, b.do(t, http.MethodGet, "/nobox/b?comp=blocklist", ""), 404, "ContainerNotFound")
}
