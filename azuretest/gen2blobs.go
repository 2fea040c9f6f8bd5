package azuretest

import (
	"net/http"
	"strings"
)

// gen2Blobs is the host of the blobs of an account with file systems. Of Gen2 one
// operation is there, which sets when a file expires.
// https://learn.microsoft.com/rest/api/storageservices/set-blob-expiry
type gen2Blobs struct {
	*gen2Account

	blobs *blobService // nil: nobody has made the account for its blobs
}

// blobsAt returns who answers at the host of an account's blobs, or nil.
func (s *Server) blobsAt(host string) service {
	blobs := s.blobHost(host)
	name, domain, _ := strings.Cut(strings.ToLower(host), ".")
	account, ok := s.lakes.find(name + gen2Suffix).(*gen2Account)
	switch {
	case ok && domain == "blob.core.windows.net":
		return gen2Blobs{account, blobs}
	case blobs == nil:
		return nil
	default:
		return blobs
	}
}

// leaves reports whether a request is for the blobs.
func (g gen2Blobs) leaves(r *http.Request) bool {
	return g.blobs != nil && r.URL.Query().Get("comp") != "expiry"
}

func (g gen2Blobs) operation(r *http.Request) string {
	if g.leaves(r) {
		return g.blobs.operation(r)
	}
	return g.gen2Account.operation(r)
}

func (g gen2Blobs) serve(c *call) {
	switch {
	case g.leaves(c.r):
		g.blobs.serve(c)
	case c.r.URL.Query().Get("comp") != "expiry":
		g.refuse(c, &storageError{status: http.StatusMethodNotAllowed, code: "UnsupportedHttpVerb", message: "The emulator has no blobs of this account: StorageAccount makes them."})
	default:
		g.gen2Account.serve(c)
	}
}

func (g gen2Blobs) fail(c *call, status int, code, message string) {
	if g.leaves(c.r) {
		g.blobs.fail(c, status, code, message)
		return
	}
	g.gen2Account.fail(c, status, code, message)
}
