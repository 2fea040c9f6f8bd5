// Package blobs moves one large blob in both directions, by this library, by
// azblob and by net/http alone, to and from a service that does nothing with it.
package blobs
