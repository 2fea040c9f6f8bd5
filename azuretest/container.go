package azuretest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// A Container is one container of a [StorageAccount], by its name: it stays of use if
// the container is deleted and made again.
type Container struct {
	account *StorageAccount
	name    string
}

// An AccessPolicy is a stored access policy of a [Container]: what a SAS that names it
// (signedIdentifier) may do, and when. What is zero has to be in the SAS.
// https://learn.microsoft.com/rest/api/storageservices/define-stored-access-policy
type AccessPolicy struct {
	Start, Expiry time.Time
	Permissions   string
}

// Container returns the container of that name and creates it, empty, at first use. It
// panics if no container can have that name.
func (a *StorageAccount) Container(name string) *Container {
	if !isContainerName(name) {
		panic(fmt.Sprintf("azuretest: Container: no container can be named %q", name))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.containers[name] == nil {
		a.createContainer(name, nil)
	}
	return &Container{a, name}
}

// Containers returns the names of the account's containers in their order.
func (a *StorageAccount) Containers() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Sorted(maps.Keys(a.containers))
}

// Name returns the container's name.
func (c *Container) Name() string { return c.name }

// URL returns the container's address, such as
// "https://mystorageacct.blob.core.windows.net/mycontainer".
func (c *Container) URL() string { return c.account.URL() + "/" + c.name }

// SetBlob makes data what a blob is. It panics if no blob can have that name, or the
// container is deleted.
func (c *Container) SetBlob(name string, data []byte) {
	if !isBlobName(name) {
		panic(fmt.Sprintf("azuretest: SetBlob: no blob can be named %q", name))
	}
	kept, _ := readContent(bytes.NewReader(data), int64(len(data)), io.Discard) // data is all there
	headers := blobHeaders{contentType: defaultContentType, md5: kept.md5(0, kept.size)}
	c.in("SetBlob", func(in *container) {
		c.account.commit(in, name, &committedBlob{content: kept, headers: headers})
	})
}

// Blob returns what a blob is, and whether it is there. The caller owns the result.
func (c *Container) Blob(name string) (data []byte, ok bool) {
	c.account.mu.Lock()
	var b *committedBlob
	if in := c.account.containers[c.name]; in != nil {
		b = in.committed(name)
	}
	c.account.mu.Unlock()
	if b == nil {
		return nil, false
	}
	return bytes.Clone(b.content.bytes()), true
}

// Blobs returns the names of the blobs in their order; none if the container is deleted.
func (c *Container) Blobs() []string {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	if in := c.account.containers[c.name]; in != nil {
		return in.names()
	}
	return nil
}

// UncommittedBlocks returns how many blocks wait for a blob to be made of them, and of
// how many bytes. What an upload that was cut has left behind is here.
func (c *Container) UncommittedBlocks(name string) (blocks int, size int64) {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	in := c.account.containers[c.name]
	if in == nil {
		return 0, 0
	}
	list := in.waitingBlocks(name)
	for _, b := range list {
		size += b.content.size
	}
	return len(list), size
}

// SetPolicy stores an access policy under an ID of 1 to 64 characters. The zero policy
// is one too: all has to be in the SAS. It panics for any other ID, or if the container
// is deleted.
func (c *Container) SetPolicy(id string, p AccessPolicy) {
	if id == "" || len([]rune(id)) > 64 {
		panic(fmt.Sprintf("azuretest: SetPolicy: no policy can have ID %q", id))
	}
	c.in("SetPolicy", func(in *container) { in.policies[id] = p })
}

// RemovePolicy forgets an access policy: SAS that name it are refused from now on. It
// panics if the container is deleted.
func (c *Container) RemovePolicy(id string) {
	c.in("RemovePolicy", func(in *container) { delete(in.policies, id) })
}

// in changes the container, which has to be there.
func (c *Container) in(method string, change func(*container)) {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	in := c.account.containers[c.name]
	if in == nil {
		panic(fmt.Sprintf("azuretest: %s: container %q is deleted", method, c.name))
	}
	change(in)
}
