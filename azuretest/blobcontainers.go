package azuretest

import (
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strings"
)

func createContainer(a *StorageAccount, q *blobRequest) *storageError {
	meta, problem := q.metadata()
	if problem != nil {
		return problem
	}
	if q.r.Header.Get("X-Ms-Blob-Public-Access") != "" {
		return &storageError{status: http.StatusConflict, code: "PublicAccessNotPermitted", message: "Public access is not permitted on this storage account."}
	}
	a.mu.Lock()
	c := a.containers[q.container]
	exists := c != nil
	if !exists {
		c = a.createContainer(q.container, meta)
	}
	a.mu.Unlock()
	if exists {
		return &storageError{status: http.StatusConflict, code: "ContainerAlreadyExists", message: "The specified container already exists."}
	}
	q.changed(c.etag, c.modified)
	q.send(http.StatusCreated, nil)
	return nil
}

func deleteContainer(a *StorageAccount, q *blobRequest) *storageError {
	problem := a.atContainer(q, func(*container) { delete(a.containers, q.container) })
	if problem == nil {
		q.send(http.StatusAccepted, nil)
	}
	return problem
}

func containerProperties(a *StorageAccount, q *blobRequest) *storageError {
	problem := a.atContainer(q, q.describeContainer)
	if problem == nil {
		q.send(http.StatusOK, nil)
	}
	return problem
}

func (q *blobRequest) describeContainer(c *container) {
	h := q.w.Header()
	h.Set("ETag", c.etag)
	h.Set("Last-Modified", httpTime(c.modified))
	h.Set("X-Ms-Lease-Status", "unlocked")
	h.Set("X-Ms-Lease-State", "available")
	h.Set("X-Ms-Has-Immutability-Policy", "false")
	h.Set("X-Ms-Has-Legal-Hold", "false")
	setMetadata(h, c.metadata)
}

// atContainer does something with a container that is there. Answers are sent
// afterwards: a client that does not read must not hold up others.
func (a *StorageAccount) atContainer(q *blobRequest, do func(*container)) *storageError {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.containers[q.container]
	if c == nil {
		return containerNotFound()
	}
	do(c)
	return nil
}

// containerPage is a page of List Containers.
// https://learn.microsoft.com/rest/api/storageservices/list-containers2
type containerPage struct {
	XMLName    xml.Name `xml:"EnumerationResults"`
	Endpoint   string   `xml:"ServiceEndpoint,attr"`
	Prefix     string   `xml:"Prefix,omitempty"`
	Marker     string   `xml:"Marker,omitempty"`
	MaxResults int      `xml:"MaxResults,omitempty"`
	Containers struct {
		Container []listedContainer
	}
	NextMarker string
}

type listedContainer struct {
	Name       string
	Properties struct {
		Modified string `xml:"Last-Modified"`
		ETag     string `xml:"Etag"`
	}
}

func listContainers(a *StorageAccount, q *blobRequest) *storageError {
	in, from, problem := q.listing()
	if problem != nil {
		return problem
	}
	page := containerPage{Endpoint: in.Endpoint, Prefix: in.Prefix, Marker: in.Marker, MaxResults: in.MaxResults}
	a.mu.Lock()
	for _, name := range slices.Sorted(maps.Keys(a.containers)) {
		if name < from || !strings.HasPrefix(name, page.Prefix) {
			continue
		}
		if len(page.Containers.Container) == in.limit() {
			page.NextMarker = encodeSkip(name)
			break
		}
		item := listedContainer{Name: name}
		item.Properties.Modified = httpTime(a.containers[name].modified)
		item.Properties.ETag = strings.Trim(a.containers[name].etag, `"`)
		page.Containers.Container = append(page.Containers.Container, item)
	}
	a.mu.Unlock()
	q.xml(http.StatusOK, page)
	return nil
}
