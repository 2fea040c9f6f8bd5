package azuretest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// container is one container of an account. The account's mu guards it, but not the
// committed blobs in it, which are immutable.
type container struct {
	name     string
	metadata map[string]string
	etag     string
	modified time.Time
	policies map[string]AccessPolicy // :: ID → stored access policy
	blobs    map[string]*blob        // :: name
}

// blob is a name in a container: what can be read, and blocks that wait to be.
type blob struct {
	*committedBlob // nil: there are only blocks

	waiting map[string]content // :: block ID, decoded
}

// committedBlob is what a blob is at some time.
type committedBlob struct {
	content  content
	blocks   []block // empty: it came in one piece
	etag     string
	created  time.Time
	modified time.Time
	headers  blobHeaders
	metadata map[string]string // :: name in lower case
}

// block is one block of a blob.
type block struct {
	id      string // decoded
	content content
}

// blobHeaders is what a client may say about a blob's content.
type blobHeaders struct {
	contentType, encoding, language, disposition, cacheControl string
	md5                                                        []byte // nil: unknown
}

const (
	maxContainerName = 63
	maxBlobName      = 1024
)

// isContainerName follows
// https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
func isContainerName(s string) bool {
	switch s {
	case "$root", "$logs", "$web":
		return true
	}
	ok := len(s) >= 3 && len(s) <= maxContainerName && consistsOf(s, "abcdefghijklmnopqrstuvwxyz0123456789-")
	return ok && !strings.HasPrefix(s, "-") && !strings.HasSuffix(s, "-") && !strings.Contains(s, "--")
}

func isBlobName(s string) bool { return s != "" && len([]rune(s)) <= maxBlobName }

// touch returns a new ETag and the time that goes with it. The caller holds a.mu.
func (a *StorageAccount) touch() (etag string, modified time.Time) {
	now := a.server.Now()
	a.lastETag = max(a.lastETag+1, now.UnixNano())
	return fmt.Sprintf("\"0x%X\"", a.lastETag), now.UTC().Truncate(time.Second)
}

// createContainer makes a container. The caller holds a.mu.
func (a *StorageAccount) createContainer(name string, metadata map[string]string) *container {
	c := &container{name: name, metadata: metadata, policies: map[string]AccessPolicy{}, blobs: map[string]*blob{}}
	c.etag, c.modified = a.touch()
	a.containers[name] = c
	return c
}

// commit makes b what a blob is, and forgets the blocks that waited. The caller holds
// a.mu.
func (a *StorageAccount) commit(c *container, name string, b *committedBlob) {
	b.etag, b.modified = a.touch()
	b.created = b.modified
	if old := c.committed(name); old != nil {
		b.created = old.created
	}
	c.blobs[name] = &blob{committedBlob: b}
}

// committed returns a blob that can be read, or nil.
func (c *container) committed(name string) *committedBlob {
	if b := c.blobs[name]; b != nil {
		return b.committedBlob
	}
	return nil
}

// names returns the names of all blobs that can be read, in their order, which is that
// of their bytes.
func (c *container) names() []string {
	list := make([]string, 0, len(c.blobs))
	for name, b := range c.blobs {
		if b.committedBlob != nil {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// waitingBlocks returns the blocks of a blob that are not committed, in the order of
// their IDs.
func (c *container) waitingBlocks(name string) []block {
	var list []block
	if b := c.blobs[name]; b != nil {
		for _, id := range slices.Collect(maps.Keys(b.waiting)) {
			list = append(list, block{id, b.waiting[id]})
		}
	}
	slices.SortFunc(list, func(a, b block) int { return cmp.Compare(a.id, b.id) })
	return list
}
