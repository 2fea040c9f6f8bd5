package datalake_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/datalake"
)

// hardNames has every printable character of ASCII, and some beyond.
func hardNames(colons bool) []string {
	names := []string{
		" ", "%41", "%2F", "a%20b", "a+b c", "...", "..a", "-", "a=b", "a;b", "a#b", "a?b", "a&b", "täxt", "日本語", "🙂", "á", "a\tb", "a\nb",
	}
	name := ""
	for c := ' '; c <= '~'; c++ {
		if c != '/' && (c != ':' || colons) {
			name += string(c)
		}
		if len(name) == 6 || c == '~' {
			names, name = append(names, "a"+name+"b"), ""
		}
	}
	return names
}

// Names survive creating, listing, describing, renaming, reading and removing.
func TestConformanceNames(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		ctx := t.Context()
		names := hardNames(!s.isHadoop())
		require.NoError(t, s.Mkdir(ctx, s.at("flat"), 0o755))
		for _, name := range names {
			s.write(t, "flat/"+name, name)
		}
		require.ElementsMatch(t, names, s.names(t, s.at("flat")))
		for _, name := range names {
			info, err := s.Stat(ctx, s.at("flat/"+name))
			require.NoError(t, err, "%q", name)
			require.Equal(t, name, info.Name())
			require.Equal(t, name, s.read(t, "flat/"+name))
			require.NoError(t, s.Mkdir(ctx, s.at(name), 0o755))
			require.NoError(t, s.Rename(ctx, s.at("flat/"+name), s.at(name+"/"+name)))
			require.Equal(t, name, s.read(t, name+"/"+name))
			require.NoError(t, s.Remove(ctx, s.at(name+"/"+name)))
			require.NoError(t, s.Remove(ctx, s.at(name)))
		}
		require.Equal(t, []string{"flat"}, s.names(t, s.dir))
		require.Empty(t, s.names(t, s.at("flat")))
	})
}

// What cannot be a name is refused before any request.
func TestBadNames(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		ctx := t.Context()
		bad := []string{"", "relative", "./x", "../x", "/..", "/.", "/a/../b", "/a/./b", "//", "//a", "/a//b", "/a//", "/a\x00b", "/\xff"}
		if isHadoop(l.profile) {
			bad = append(bad, "/a:b", "/a/b:c/d")
		}
		for _, name := range bad {
			for operation, err := range everything(l, name) {
				require.ErrorIs(t, err, fs.ErrInvalid, "%s of %q", operation, name)
			}
		}
		require.ErrorIs(t, l.Rename(ctx, "/a", "b"), fs.ErrInvalid)
		require.ErrorIs(t, l.Rename(ctx, "/a", "/b/../c"), fs.ErrInvalid)
		require.Empty(t, l.server.Requests())
	})
}

func isHadoop(p azuretest.Profile) bool {
	return p == azuretest.Hadoop || p == azuretest.HttpFS || p == azuretest.Knox
}

// everything that can be done to a name, by its operation.
func everything(l *lake, name string) map[string]error {
	ctx := context.Background()
	errs := map[string]error{
		"Append": l.Append(ctx, name, stream("x")), "Chmod": l.Chmod(ctx, name, 0o600), "Chown": l.Chown(ctx, name, "o", "g"),
		"Download": l.Download(ctx, name, &memory{}, nil), "Upload": l.Upload(ctx, name, stream("x"), nil),
		"Mkdir": l.Mkdir(ctx, name, 0o755), "MkdirAll": l.MkdirAll(ctx, name, 0o755), "Rename": l.Rename(ctx, name, "/x"),
		"Remove": l.Remove(ctx, name), "RemoveAll": l.RemoveAll(ctx, name), "Truncate": l.Truncate(ctx, name, 0),
		"SetACL": l.SetACL(ctx, name, datalake.ACLEntry{Kind: "user"}), "ModifyACL": l.ModifyACL(ctx, name, datalake.ACLEntry{Kind: "user"}),
		"RemoveACLEntries": l.RemoveACLEntries(ctx, name, datalake.ACLEntry{Kind: "user"}), "RemoveACL": l.RemoveACL(ctx, name),
		"RemoveDefaultACL": l.RemoveDefaultACL(ctx, name), "SetXAttr": l.SetXAttr(ctx, name, "user.a", nil), "RemoveXAttr": l.RemoveXAttr(ctx, name, "user.a"),
		"SetExpiry": l.SetExpiry(ctx, name, time.Time{}),
	}
	if l.profile != azuretest.Gen2 {
		errs["Concat"] = l.Concat(ctx, name, "/x")
		_, errs["Checksum"] = l.Checksum(ctx, name)
		errs["Chtimes"] = l.Chtimes(ctx, name, time.Time{}, time.Time{})
	}
	_, errs["Stat"] = l.Stat(ctx, name)
	_, errs["Open"] = l.Open(ctx, name)
	_, errs["Create"] = l.Create(ctx, name)
	_, errs["ACL"] = l.ACL(ctx, name)
	_, errs["XAttr"] = l.XAttr(ctx, name, "user.a")
	_, errs["XAttrs"] = l.XAttrs(ctx, name)
	_, errs["ContentSummary"] = l.ContentSummary(ctx, name)
	for _, err := range l.ReadDir(ctx, name) {
		errs["ReadDir"] = err
	}
	return errs
}

func TestLongNames(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *lake) {
		t.Helper()
		for _, name := range []string{"/" + strings.Repeat("x", 255), "/" + strings.Repeat("ä", 127)} {
			w, err := l.Create(t.Context(), name)
			require.NoError(t, err)
			_, err = w.Write(content(5 << 20))
			require.NoError(t, err)
			require.NoError(t, w.Close(), "the temporary name is no longer than HDFS allows")
		}
	})
}

// Hadoop composes the letters of a name that it redirects: nothing is written to
// the other name.
func TestNamesThatTheServerChanges(t *testing.T) {
	t.Parallel()
	client, s := newScripted(t, nameNode)
	s.answer(http.StatusNotFound, exceptionBody("FileNotFoundException"))
	s.answer(http.StatusTemporaryRedirect, "", "Location", "http://datanode.test:9864/webhdfs/v1/.%C3%A1.part?op=CREATE")
	s.answer(http.StatusOK, `{"boolean":false}`)
	for range 4 {
		s.answer(http.StatusOK, `{"boolean":false}`)
	}
	require.ErrorIs(t, client.Upload(t.Context(), "/a\u0301", stream("x"), nil), fs.ErrInvalid)
	for _, one := range s.seen {
		require.Empty(t, one.body)
	}
}

// Hadoop joins no parts with a comma in their names.
func TestConformanceCommas(t *testing.T) {
	t.Parallel()
	conform(t, func(t *testing.T, s *site) {
		t.Helper()
		data := content(20_000)
		var given datalake.Checkpoint
		inParts := &datalake.UploadOptions{ChunkSize: 6000, Concurrency: 3}
		resumable := &datalake.UploadOptions{ChunkSize: 1000, Checkpoint: func(c datalake.Checkpoint) { given = c }}
		require.NoError(t, s.Mkdir(t.Context(), s.at("a,b"), 0o755))
		for _, name := range []string{"c,d", "a,b/c"} {
			require.NoError(t, s.Upload(t.Context(), s.at(name), bytes.NewReader(data), inParts))
			require.True(t, string(data) == s.read(t, name))
		}
		require.NoError(t, s.Upload(t.Context(), s.at("c,d"), bytes.NewReader(data), resumable))
		require.NotZero(t, given.Offset)
		err := s.Upload(t.Context(), s.at("a,b/c"), bytes.NewReader(data), resumable)
		require.Equal(t, s.isHadoop(), errors.Is(err, errors.ErrUnsupported), err)
		require.True(t, s.isHadoop() || err == nil, err)
		require.Equal(t, []string{"c"}, s.names(t, s.at("a,b")))
		require.ElementsMatch(t, []string{"a,b", "c,d"}, s.names(t, s.dir))
	})
}
