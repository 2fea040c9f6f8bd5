package azuretest

import (
	"encoding/base64"
	"encoding/xml"
	"net/http"
)

// blockListAnswer is the answer of Get Block List.
// https://learn.microsoft.com/rest/api/storageservices/get-block-list
type blockListAnswer struct {
	XMLName     xml.Name      `xml:"BlockList"`
	Committed   *listedBlocks `xml:"CommittedBlocks"`
	Uncommitted *listedBlocks `xml:"UncommittedBlocks"`
}

type listedBlocks struct {
	Block []listedBlock
}

type listedBlock struct {
	Name string
	Size int64
}

func getBlockList(a *StorageAccount, q *blobRequest) *storageError {
	kind := q.query.Get("blocklisttype")
	switch kind {
	case "", "committed", "uncommitted", "all":
	default:
		return badQuery("blocklisttype", "is none of committed, uncommitted and all")
	}
	answer, problem := blockListAnswer{}, blobNotFound()
	missing := a.atContainer(q, func(c *container) {
		b := c.blobs[q.blob]
		if b == nil {
			return
		}
		problem = nil
		var committed []block
		if b.committedBlob != nil {
			q.changed(b.etag, b.modified)
			committed = b.blocks
		}
		if kind != "uncommitted" {
			answer.Committed = listedOf(committed)
		}
		if kind == "uncommitted" || kind == "all" {
			answer.Uncommitted = listedOf(c.waitingBlocks(q.blob))
		}
	})
	switch {
	case missing != nil:
		return missing
	case problem != nil:
		return problem
	}
	q.xml(http.StatusOK, answer)
	return nil
}

func listedOf(blocks []block) *listedBlocks {
	list := &listedBlocks{}
	for _, b := range blocks {
		list.Block = append(list.Block, listedBlock{base64.StdEncoding.EncodeToString([]byte(b.id)), b.content.size})
	}
	return list
}
