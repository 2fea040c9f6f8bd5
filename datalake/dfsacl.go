package datalake

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
)

func (d *dfs) acl(ctx context.Context, name string) (ACL, error) {
	acl, _, err := d.aclAndTag(ctx, name)
	return acl, err
}

func (d *dfs) aclAndTag(ctx context.Context, name string) (acl ACL, etag string, err error) {
	header, err := d.ask(ctx, call{
		method: http.MethodHead, name: name, query: url.Values{"action": {"getAccessControl"}},
	})
	if err != nil {
		return ACL{}, "", err
	}
	entries, err := ParseACL(header.Get("X-Ms-Acl"))
	if err != nil {
		return ACL{}, "", fmt.Errorf("%w: an ACL entry does not look like user:name:rwx", ErrUnexpectedResponse)
	}
	sortACL(entries)
	return ACL{header.Get("X-Ms-Owner"), header.Get("X-Ms-Group"), entries}, header.Get("ETag"), nil
}

func (d *dfs) changeACL(ctx context.Context, name string, what aclChange, entries []ACLEntry) error {
	return onceMore(func() error { return d.tryACL(ctx, name, what, entries) })
}

// tryACL makes the new list from the old one, which must not change meanwhile.
func (d *dfs) tryACL(ctx context.Context, name string, what aclChange, entries []ACLEntry) error {
	header := http.Header{}
	if what != setACL {
		now, etag, err := d.aclAndTag(ctx, name)
		if err != nil {
			return err
		}
		entries = changed(now.Entries, what, entries)
		if etag != "" {
			header["If-Match"] = []string{etag}
		}
	}
	text, err := aclText(entries, true)
	if err != nil {
		return err
	}
	header["X-Ms-Acl"] = []string{text}
	return d.setAccess(ctx, name, header)
}

func changed(now []ACLEntry, what aclChange, entries []ACLEntry) []ACLEntry {
	switch what {
	case modifyACL:
		return merged(now, entries)
	case removeACLEntries:
		return without(now, entries)
	case removeDefaultACL:
		return slices.DeleteFunc(now, func(e ACLEntry) bool { return e.Default })
	case removeACL:
		return slices.DeleteFunc(now, func(e ACLEntry) bool { return !e.isBase() })
	default:
		return entries
	}
}
