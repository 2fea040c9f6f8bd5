package azuretest

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/http"
)

func putBlock(a *StorageAccount, q *blobRequest) *storageError {
	id, problem := blockID(q.query.Get("blockid"))
	if problem != nil {
		return problem
	}
	if q.r.ContentLength == 0 {
		return badHeader("Content-Length", "is 0, a block cannot be empty")
	}
	if problem := a.stage(q, func(*container) *storageError { return nil }); problem != nil {
		return problem // before the body comes
	}
	kept, sum, problem := q.receive(maxBlock, false)
	if problem != nil {
		return problem
	}
	if problem := a.stage(q, func(c *container) *storageError { return c.wait(q.blob, id, kept) }); problem != nil {
		return problem
	}
	if sum != nil {
		q.w.Header().Set("Content-MD5", base64.StdEncoding.EncodeToString(sum))
	}
	q.w.Header().Set("X-Ms-Request-Server-Encrypted", "true")
	q.send(http.StatusCreated, nil)
	return nil
}

// stage changes what waits in a container. No condition is asked: a block changes no blob.
func (a *StorageAccount) stage(q *blobRequest, change func(*container) *storageError) *storageError {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.containers[q.container]; c != nil {
		return change(c)
	}
	return containerNotFound()
}

// wait keeps a block until it is committed.
func (c *container) wait(name, id string, kept content) *storageError {
	b := c.blobs[name]
	if b == nil {
		b = &blob{}
		c.blobs[name] = b
	}
	for other := range b.waiting {
		if len(other) != len(id) {
			return badStorageRequest("InvalidBlobOrBlock", "The specified blob or block content is invalid: the block's ID is not as long as the others.")
		}
		break // they are alike
	}
	if _, again := b.waiting[id]; !again && len(b.waiting) >= maxWaiting {
		return &storageError{status: http.StatusConflict, code: "BlockCountExceedsLimit", message: "The uncommitted block count cannot exceed the maximum limit of 100,000 blocks."}
	}
	if b.waiting == nil {
		b.waiting = map[string]content{}
	}
	b.waiting[id] = kept
	return nil
}

func blockID(text string) (string, *storageError) {
	id, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(id) == 0 || len(id) > maxBlockID {
		return "", badQuery("blockid", "is not 1 to 64 bytes in base64")
	}
	return string(id), nil
}

// blockRef names a block and where to look for it.
type blockRef struct {
	XMLName xml.Name // Latest, Committed or Uncommitted
	ID      string   `xml:",chardata"`
}

// parseBlockList reads the body of Put Block List.
// https://learn.microsoft.com/rest/api/storageservices/put-block-list
func parseBlockList(data []byte) ([]blockRef, *storageError) {
	var list struct {
		XMLName xml.Name   `xml:"BlockList"`
		Refs    []blockRef `xml:",any"`
	}
	if err := xml.Unmarshal(data, &list); err != nil {
		return nil, badStorageRequest("InvalidXmlDocument", "The specified XML is not syntactically valid.")
	}
	if len(list.Refs) > maxBlocks {
		return nil, badStorageRequest("BlockListTooLong", "The block list may not contain more than 50,000 blocks.")
	}
	for i, ref := range list.Refs {
		switch ref.XMLName.Local {
		case "Latest", "Committed", "Uncommitted":
		default:
			return nil, badStorageRequest("InvalidXmlNodeValue", fmt.Sprintf("The XML node %q is none of Latest, Committed and Uncommitted.", ref.XMLName.Local))
		}
		id, problem := blockID(ref.ID)
		if problem != nil {
			return nil, invalidBlockList()
		}
		list.Refs[i].ID = id
	}
	return list.Refs, nil
}

func invalidBlockList() *storageError {
	return badStorageRequest("InvalidBlockList", "The specified block list is invalid.")
}

func putBlockList(a *StorageAccount, q *blobRequest) *storageError {
	b, problem := q.described(false)
	if problem != nil {
		return problem
	}
	body, _, problem := q.receive(maxBlockList, false)
	if problem != nil {
		return problem
	}
	refs, problem := parseBlockList(body.bytes())
	if problem != nil {
		return problem
	}
	problem = a.write(q, func(c *container) *storageError {
		if b.blocks, problem = c.gather(q.blob, refs); problem != nil {
			return problem
		}
		list := make([]content, len(b.blocks))
		for i := range b.blocks {
			list[i] = b.blocks[i].content
		}
		b.content = joined(list)
		a.commit(c, q.blob, b)
		return nil
	})
	if problem != nil {
		return problem
	}
	q.changed(b.etag, b.modified)
	q.send(http.StatusCreated, nil)
	return nil
}

// gather finds the blocks a list names.
func (c *container) gather(name string, refs []blockRef) ([]block, *storageError) {
	committed, waiting := map[string]content{}, map[string]content{}
	if b := c.blobs[name]; b != nil {
		waiting = b.waiting
		if b.committedBlob != nil {
			for _, one := range b.blocks {
				committed[one.id] = one.content
			}
		}
	}
	list := make([]block, len(refs))
	for i, ref := range refs {
		kept, ok := waiting[ref.ID]
		if ref.XMLName.Local == "Committed" || ref.XMLName.Local == "Latest" && !ok {
			kept, ok = committed[ref.ID]
		}
		if !ok {
			return nil, invalidBlockList()
		}
		list[i] = block{ref.ID, kept}
	}
	return list, nil
}
