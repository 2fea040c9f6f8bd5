package datalake

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// ACL reads the access control list of a file or directory.
func (c *Client) ACL(ctx context.Context, name string) (ACL, error) {
	var acl ACL
	err := change(ctx, c, name, func(clean string, b aclKeeper) (err error) {
		acl, err = b.acl(ctx, clean)
		return err
	})
	return acl, pathError("getacl", name, err)
}

// SetACL replaces the list. The entries of the owner, the group and all others
// must be among the new ones. Hadoop and Gen1 leave the default entries as they
// are if there are none among the new ones.
func (c *Client) SetACL(ctx context.Context, name string, entries ...ACLEntry) error {
	return c.changeACL(ctx, "setacl", name, setACL, entries)
}

// ModifyACL adds entries, or replaces those for the same. The mask becomes as
// wide as it takes, unless it is among the entries.
func (c *Client) ModifyACL(ctx context.Context, name string, entries ...ACLEntry) error {
	return c.changeACL(ctx, "modifyacl", name, modifyACL, entries)
}

// RemoveACLEntries removes the entries for the same, whatever their permissions.
func (c *Client) RemoveACLEntries(ctx context.Context, name string, entries ...ACLEntry) error {
	return c.changeACL(ctx, "removeaclentries", name, removeACLEntries, entries)
}

// RemoveDefaultACL removes the entries for what will be made in the directory.
func (c *Client) RemoveDefaultACL(ctx context.Context, name string) error {
	return c.changeACL(ctx, "removedefaultacl", name, removeDefaultACL, nil)
}

// RemoveACL leaves only the entries of the owner, the group and all others.
func (c *Client) RemoveACL(ctx context.Context, name string) error {
	return c.changeACL(ctx, "removeacl", name, removeACL, nil)
}

type aclChange int

const (
	setACL aclChange = iota
	modifyACL
	removeACLEntries
	removeDefaultACL
	removeACL
)

type aclKeeper interface {
	acl(ctx context.Context, name string) (ACL, error)
	changeACL(ctx context.Context, name string, what aclChange, entries []ACLEntry) error
}

func (c *Client) changeACL(ctx context.Context, op, name string, what aclChange, entries []ACLEntry) error {
	if what <= removeACLEntries {
		if _, err := aclText(entries, true); err != nil {
			return pathError(op, name, err)
		}
	}
	return pathError(op, name, change(ctx, c, name, func(clean string, b aclKeeper) error {
		return b.changeACL(ctx, clean, what, entries)
	}))
}

type aclWire struct {
	Entries                  []string
	Owner, Group, Permission string
}

func (w *webhdfs) acl(ctx context.Context, name string) (ACL, error) {
	wire, err := ask[struct {
		ACLStatus *aclWire `json:"AclStatus"`
	}](ctx, w, request{method: http.MethodGet, op: "GETACLSTATUS", name: name})
	said := wire.ACLStatus
	switch {
	case err != nil:
		return ACL{}, err
	case said == nil:
		return ACL{}, fmt.Errorf("%w: it holds no ACL", ErrUnexpectedResponse)
	}
	bits, err := strconv.ParseUint(said.Permission, 8, 12)
	if err != nil {
		status, err := w.stat(ctx, name) // older servers do not say
		if err != nil {
			return ACL{}, err
		}
		bits = uint64(modeBits(status.Mode))
	}
	return said.acl(uint32(bits))
}

// acl adds what the bits of the permission say.
func (w *aclWire) acl(bits uint32) (ACL, error) {
	acl := ACL{Owner: w.Owner, Group: w.Group}
	for _, text := range w.Entries {
		entry, err := parseACLEntry(text)
		if err != nil {
			return ACL{}, fmt.Errorf("%w: an ACL entry does not look like user:name:rwx", ErrUnexpectedResponse)
		}
		acl.Entries = append(acl.Entries, entry)
	}
	acl.Entries = complete(acl.Entries, bits)
	return acl, nil
}

func (w *webhdfs) changeACL(ctx context.Context, name string, what aclChange, entries []ACLEntry) error {
	r := request{method: http.MethodPut, name: name}
	r.op = map[aclChange]string{
		setACL: "SETACL", modifyACL: "MODIFYACLENTRIES", removeACLEntries: "REMOVEACLENTRIES",
		removeDefaultACL: "REMOVEDEFAULTACL", removeACL: "REMOVEACL",
	}[what]
	if len(entries) > 0 {
		text, err := aclText(entries, what != removeACLEntries)
		if err != nil {
			return err
		}
		r.query = url.Values{"aclspec": {text}}
	}
	return w.tell(ctx, r)
}
