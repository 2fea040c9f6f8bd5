package azuretest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// gen2Entry is a line of a list: all of it strings.
type gen2Entry struct {
	Name, IsDirectory, ContentLength, LastModified, ETag, Owner, Group, Permissions, CreationTime string
}

// gen2Pages returns the pages of a list.
func (s lakeSide) gen2Pages(t *testing.T, query string) [][]gen2Entry {
	t.Helper()
	var pages [][]gen2Entry
	token := ""
	for {
		got := s.gen2(t, "GET ?resource=filesystem&"+query+"&continuation="+url.QueryEscape(token), "")
		require.Equal(t, http.StatusOK, got.Status, got.Body)
		var page struct{ Paths []gen2Entry }
		require.NoError(t, json.Unmarshal([]byte(got.Body), &page), got.Body)
		pages = append(pages, page.Paths)
		if token = got.Header.Get("X-Ms-Continuation"); token == "" {
			return pages
		}
	}
}

func TestGen2Lists(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen2)
	for _, name := range []string{"a/b/1", "a/b/2", "a/c", "b", "a.txt", "z/y/x"} {
		s.lake.WriteFile(name, []byte(name))
	}
	tests := map[string]struct {
		query string
		want  string
	}{
		"the root":            {"recursive=false", "a a.txt b z"},
		"a directory":         {"recursive=false&directory=a", "a/b a/c"},
		"with slashes":        {"recursive=false&directory=/a/", "a/b a/c"},
		"all":                 {"recursive=true", "a a/b a/b/1 a/b/2 a/c a.txt b z z/y z/y/x"},
		"all in pages of 1":   {"recursive=true&maxResults=1", "a|a/b|a/b/1|a/b/2|a/c|a.txt|b|z|z/y|z/y/x"},
		"all in pages of 3":   {"recursive=true&maxResults=3", "a a/b a/b/1|a/b/2 a/c a.txt|b z z/y|z/y/x"},
		"below, in pages":     {"recursive=true&maxResults=2&directory=a", "a/b a/b/1|a/b/2 a/c"},
		"flat, in pages of 2": {"recursive=false&maxResults=2", "a a.txt|b z"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var pages []string
			for _, page := range s.gen2Pages(t, test.query) {
				var names []string
				for _, e := range page {
					names = append(names, e.Name)
				}
				pages = append(pages, strings.Join(names, " "))
			}
			require.Equal(t, test.want, strings.Join(pages, "|"))
		})
	}
	for name, query := range map[string]string{
		"not recursive or not": "resource=filesystem", "bad size": "resource=filesystem&recursive=true&maxResults=0", "bad token": "resource=filesystem&recursive=true&continuation=%21",
	} {
		require.Equal(t, 400, s.gen2(t, "GET ?"+query, "").Status, name)
	}
	require.Equal(t, 404, s.gen2(t, "GET ?resource=filesystem&recursive=true&directory=none", "").Status)
	require.Equal(t, 409, s.gen2(t, "GET ?resource=filesystem&recursive=true&directory=b", "").Status)
}

func TestGen2ListEntry(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen2)
	s.lake.WriteFile("d/ü %", []byte("hello"))
	entries := s.gen2Pages(t, "recursive=true")[0]
	require.Equal(t, "true", entries[0].IsDirectory)
	require.Empty(t, entries[1].IsDirectory)
	require.Equal(t, "d/ü %", entries[1].Name)
	require.Equal(t, "5", entries[1].ContentLength)
	require.Equal(t, "rwxrwx---", entries[1].Permissions)
	require.Equal(t, s.srv.SystemIdentity().ObjectID(), entries[1].Owner)
	require.NotContains(t, entries[1].ETag, `"`)
	modified, err := http.ParseTime(entries[1].LastModified)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), modified, time.Minute)
	require.Len(t, entries[1].CreationTime, len("134000000000000000"))
}

func TestGen2ListsMany(t *testing.T) {
	t.Parallel()
	s := newLake(t, azuretest.Gen2)
	s.lake.Generate("/many", 12_000)
	pages := s.gen2Pages(t, "recursive=false&directory=many")
	require.Len(t, pages, 3)
	require.Len(t, pages[0], 5000)
	require.Len(t, pages[2], 2000)
	require.Equal(t, "many/file-0000005000", pages[1][0].Name)

	calls := 0
	for token := "x"; token != ""; calls++ {
		got := s.gen2(t, "DELETE /many?recursive=true&paginated=true", "")
		require.Equal(t, 200, got.Status)
		token = got.Header.Get("X-Ms-Continuation")
	}
	require.Equal(t, 3, calls)
	require.Empty(t, s.lake.Names("/"))
}
