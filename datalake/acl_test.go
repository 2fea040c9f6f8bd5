package datalake_test

import (
	"io/fs"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

const carla = "6c3f6a1e-8f62-4c0b-9f4c-3d2b6a1c7e11"

// named is a user that the server under test has a name of its own form for.
func (s *site) named() string {
	if s.isHadoop() {
		return "carla"
	}
	return carla
}

func texts(entries []datalake.ACLEntry) []string {
	out := make([]string, 0, len(entries))
	for _, e := range entries {
		out = append(out, e.String())
	}
	return out
}

func (s *site) acl(t *testing.T, name string) []string {
	t.Helper()
	acl, err := s.ACL(t.Context(), name)
	require.NoError(t, err)
	require.NotEmpty(t, acl.Owner)
	require.NotEmpty(t, acl.Group)
	return texts(acl.Entries)
}

func mustParse(t *testing.T, text string) []datalake.ACLEntry {
	t.Helper()
	entries, err := datalake.ParseACL(text)
	require.NoError(t, err)
	return entries
}

func TestConformanceACL(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx := t.Context()
		who := s.named()
		dir := s.at("dir")
		require.NoError(t, s.Mkdir(ctx, dir, 0o750))
		require.Equal(t, []string{"user::rwx", "group::r-x", "other::---"}, s.acl(t, dir))
		require.False(t, s.status(t, dir).HasACL)

		require.NoError(t, s.ModifyACL(ctx, dir, mustParse(t, "user:"+who+":rw-")...))
		require.Equal(t, []string{"user::rwx", "user:" + who + ":rw-", "group::r-x", "mask::rwx", "other::---"}, s.acl(t, dir))
		require.True(t, s.status(t, dir).HasACL)

		require.NoError(t, s.ModifyACL(ctx, dir, mustParse(t, "user:"+who+":r--,default:user:"+who+":r-x")...))
		require.Equal(t, []string{
			"user::rwx", "user:" + who + ":r--", "group::r-x", "mask::r-x", "other::---",
			"default:user::rwx", "default:user:" + who + ":r-x", "default:group::r-x", "default:mask::r-x", "default:other::---",
		}, s.acl(t, dir))

		require.NoError(t, s.RemoveACLEntries(ctx, dir, mustParse(t, "user:"+who+":---")...))
		require.NotContains(t, s.acl(t, dir), "user:"+who+":r--")
		require.Contains(t, s.acl(t, dir), "default:user:"+who+":r-x")

		require.NoError(t, s.RemoveDefaultACL(ctx, dir))
		if s.profile != azuretest.Gen2 { // TestRemoveDefaultACLOfGen2 has it
			require.NotContains(t, s.acl(t, dir), "default:user:"+who+":r-x")
		}

		require.NoError(t, s.SetACL(ctx, dir, mustParse(t, "user::rwx,user:"+who+":rwx,group::r--,mask::r-x,other::--x")...))
		require.Equal(t, []string{"user::rwx", "user:" + who + ":rwx", "group::r--", "mask::r-x", "other::--x"}, s.acl(t, dir)[:5])
		require.Equal(t, fs.ModeDir|0o751, s.status(t, dir).Mode, "the mask is in the place of the group")

		require.NoError(t, s.RemoveACL(ctx, dir))
		require.Equal(t, []string{"user::rwx", "group::r--", "other::--x"}, s.acl(t, dir)[:3])
	})
}

func TestConformanceACLErrors(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx := t.Context()
		_, err := s.ACL(ctx, s.at("none"))
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.ErrorIs(t, s.ModifyACL(ctx, s.at("none"), mustParse(t, "user:"+s.named()+":r--")...), fs.ErrNotExist)
		require.ErrorIs(t, s.SetACL(ctx, s.dir), fs.ErrInvalid, "without entries")
		for _, entry := range []datalake.ACLEntry{
			{Kind: "owner"},
			{Kind: "mask", Name: "carla"},
			{Kind: "user", Name: "a,user:b"},
			{Kind: "user", Name: "a:rwx"},
			{Kind: "user", Permissions: 8},
		} {
			require.ErrorIs(t, s.ModifyACL(ctx, s.dir, entry), fs.ErrInvalid, entry)
		}
	})
}

func TestParseACL(t *testing.T) {
	t.Parallel()
	const text = "user::rwx,user:carla:r-x,group::-w-,mask::r--,other::---,default:group:staff:--x"
	entries, err := datalake.ParseACL(text)
	require.NoError(t, err)
	require.Equal(t, []datalake.ACLEntry{
		{Kind: "user", Permissions: 7},
		{Kind: "user", Name: "carla", Permissions: 5},
		{Kind: "group", Permissions: 2},
		{Kind: "mask", Permissions: 4},
		{Kind: "other"},
		{Default: true, Kind: "group", Name: "staff", Permissions: 1},
	}, entries)
	for _, bad := range []string{
		"", ",", "user", "user:carla", "user::rw", "user::rwxr", "user::xwr", "everybody::rwx", "mask:a:rwx",
		"user::rwx,", "default:default:user::rwx", "USER::rwx",
	} {
		_, err := datalake.ParseACL(bad)
		require.ErrorIs(t, err, fs.ErrInvalid, bad)
	}
}

// The service replaces the whole list by what it is sent.
// https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/update
func TestRemoveDefaultACLOfGen2(t *testing.T) {
	t.Parallel()
	client, s := newScripted(t, gen2Endpoint)
	s.answer(http.StatusOK, "", "X-Ms-Acl", "user::rwx,user:carla:r-x,group::r-x,mask::r-x,other::---,default:user::rwx", "ETag", `"1"`)
	s.answer(http.StatusOK, "")
	require.NoError(t, client.RemoveDefaultACL(t.Context(), "/dir"))
	require.Equal(t, "user::rwx,user:carla:r-x,group::r-x,mask::r-x,other::---", s.seen[1].header.Get("X-Ms-Acl"))
	require.Equal(t, `"1"`, s.seen[1].header.Get("If-Match"), "nobody may change it meanwhile")
}
