package azuretest

import (
	"net/url"
	"strings"
)

// blobTarget is what a method, a path and a query ask for. Names are not judged.
type blobTarget struct {
	op        string // after "storage."; empty: nothing the emulator knows
	container string
	blob      string // empty: it is about the container, or the account if there is none
}

// parseBlobTarget tells what is asked for. A blob's name may have slashes in it,
// written as they are or as %2F.
func parseBlobTarget(method, escaped string, query url.Values) blobTarget {
	first, rest, deep := strings.Cut(strings.TrimPrefix(escaped, "/"), "/")
	container, err := url.PathUnescape(first)
	blob, err2 := url.PathUnescape(rest)
	if err != nil || err2 != nil {
		return blobTarget{}
	}
	comp, restype := query.Get("comp"), query.Get("restype")
	switch {
	case container == "":
		return blobTarget{op: accountOp(method, restype, comp)}
	case restype == "container" && blob == "":
		return blobTarget{op: containerOp(method, comp), container: container}
	case restype != "" || deep && blob == "":
		return blobTarget{}
	case !deep:
		return blobTarget{op: blobOp(method, comp), container: "$root", blob: container}
	}
	return blobTarget{op: blobOp(method, comp), container: container, blob: blob}
}

func accountOp(method, restype, comp string) string {
	switch method + " " + restype + " " + comp {
	case "GET  list":
		return "listcontainers"
	case "POST service userdelegationkey":
		return "getuserdelegationkey"
	}
	return ""
}

func containerOp(method, comp string) string {
	switch method + " " + comp {
	case "PUT ":
		return "createcontainer"
	case "DELETE ":
		return "deletecontainer"
	case "GET ", "HEAD ":
		return "getcontainerproperties"
	case "GET list":
		return "listblobs"
	case "GET acl", "HEAD acl":
		return "getcontaineracl"
	case "PUT acl":
		return "setcontaineracl"
	}
	return ""
}

func blobOp(method, comp string) string {
	switch method + " " + comp {
	case "PUT ":
		return "putblob"
	case "PUT block":
		return "putblock"
	case "PUT blocklist":
		return "putblocklist"
	case "GET blocklist":
		return "getblocklist"
	case "GET ":
		return "getblob"
	case "HEAD ", "HEAD metadata", "GET metadata":
		return "getblobproperties"
	case "PUT metadata":
		return "setblobmetadata"
	case "PUT properties":
		return "setblobproperties"
	case "DELETE ":
		return "deleteblob"
	}
	return ""
}
