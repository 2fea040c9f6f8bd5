package azuretest_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestLakeAddresses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		name    string
		profile azuretest.Profile
		url     string
	}{
		"Gen1":                 {"Contoso", azuretest.Gen1, "https://contoso.azuredatalakestore.net"},
		"Hadoop":               {"contoso", azuretest.Hadoop, "http://namenode.contoso.test:9870/webhdfs/v1"},
		"HttpFS":               {"contoso", azuretest.HttpFS, "http://httpfs.contoso.test:14000/webhdfs/v1"},
		"Knox":                 {"contoso", azuretest.Knox, "https://knox.contoso.test:8443/gateway/default/webhdfs/v1"},
		"Gen2":                 {"contoso/files", azuretest.Gen2, "https://contoso.dfs.core.windows.net/files"},
		"Gen2 of the tutorial": {"contoso", azuretest.Gen2, "https://contoso.dfs.core.windows.net/mycontainer"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := azuretest.New(t)
			lake := srv.DataLake(test.name, test.profile)
			require.Equal(t, test.url, lake.URL())
			require.Same(t, lake, srv.DataLake(test.name, test.profile), "one name is one lake")
			require.Empty(t, lake.Names("/"))
		})
	}
}

func TestLakeNamesThatAreNone(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	tests := map[string]struct {
		name    string
		profile azuretest.Profile
	}{
		"empty":                 {"", azuretest.Hadoop},
		"with a dot":            {"a.b", azuretest.HttpFS},
		"Gen1 with a hyphen":    {"con-toso", azuretest.Gen1},
		"Gen1 too long":         {strings.Repeat("a", 25), azuretest.Gen1},
		"Gen2 with two slashes": {"contoso/a/b", azuretest.Gen2},
		"Gen2 system too short": {"contoso/a", azuretest.Gen2},
		"no profile":            {"contoso", azuretest.Profile(9)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Panics(t, func() { srv.DataLake(test.name, test.profile) })
		})
	}
	require.Equal(t, "Profile(9)", azuretest.Profile(9).String())
}

// The tutorial's requests, as it has them.
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/tutorial-windows-vm-access-datalake
func TestLakeTutorial(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	client := srv.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	issued := caller{client, ""}.do(t, http.MethodGet, imdsToken+"?api-version=2018-02-01&resource=https%3A%2F%2Fdatalake.azure.net%2F", "", "Metadata", "true")
	token, ok := issued.At(t, "access_token").(string)
	require.True(t, ok)
	vm := caller{client, token}
	const store = "https://mydatalake.azuredatalakestore.net/webhdfs/v1"

	got := vm.do(t, http.MethodGet, store+"/?op=LISTSTATUS", "")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Contains(t, got.Body, `"pathSuffix":"TestFolder"`)
	require.Contains(t, got.Body, `"permission":"770"`)
	require.Equal(t, "0x0", got.Header.Get("Status"))
	require.Equal(t, "17.04.22.00", got.Header.Get("X-Ms-Webhdfs-Version"))

	got = vm.do(t, http.MethodPut, store+"/TestFolder/Test1.txt?op=CREATE", "Test file.") // with the file, as the tutorial does
	require.Equal(t, http.StatusTemporaryRedirect, got.Status)
	location := got.Header.Get("Location")
	require.Equal(t, store+"/TestFolder/Test1.txt?op=CREATE&write=true", location)
	require.Empty(t, srv.DataLake("mydatalake", azuretest.Gen1).Names("/TestFolder"), "the first step makes nothing")

	got = vm.do(t, http.MethodPut, location, "Test file.")
	require.Equal(t, http.StatusCreated, got.Status, got.Body)
	data, ok := srv.DataLake("mydatalake", azuretest.Gen1).ReadFile("TestFolder/Test1.txt")
	require.True(t, ok)
	require.Equal(t, "Test file.", string(data))

	got = vm.do(t, http.MethodPost, store+"/TestFolder/Test1.txt?op=APPEND&append=true", " More.")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	got = vm.do(t, http.MethodGet, store+"/TestFolder/Test1.txt?op=OPEN&read=true", "")
	require.Equal(t, "Test file. More.", got.Body)

	got = vm.do(t, http.MethodPut, store+"/Elsewhere.txt?op=CREATE&write=true", "x")
	require.Equal(t, http.StatusForbidden, got.Status, "the machine may only work in its folder")
	require.Contains(t, got.Body, "access=WRITE")
}

func TestLakeTutorialGen2(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	vm := caller{srv.Client(), srv.SystemIdentity().Token(gen2Audience, time.Hour)}
	got := vm.do(t, http.MethodPut, "https://mystorageacct.dfs.core.windows.net/mycontainer/f?resource=file", "", "X-Ms-Version", "2023-11-03")
	require.Equal(t, http.StatusCreated, got.Status, got.Body)
}

func TestLakeSeeds(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	lake := srv.DataLake("contoso", azuretest.Gen1)
	lake.WriteFile("/a/b/c.txt", []byte("hello"))
	lake.WriteFile("a/b/c.txt", []byte("hello!"))
	lake.Mkdir("a/d/")
	require.Equal(t, []string{"b", "d"}, lake.Names("a"))
	require.Nil(t, lake.Names("nothing"))
	require.Nil(t, lake.Names("a/b/c.txt"))
	data, ok := lake.ReadFile("/a//b/c.txt")
	require.True(t, ok)
	require.Equal(t, "hello!", string(data))
	_, ok = lake.ReadFile("/a/b")
	require.False(t, ok)

	info, ok := lake.Stat("a/b/c.txt")
	require.True(t, ok)
	require.Equal(t, "c.txt", info.Name())
	require.Equal(t, int64(6), info.Size())
	require.Equal(t, fs.FileMode(0o770), info.Mode())
	require.False(t, info.IsDir())
	require.WithinDuration(t, srv.Now(), info.ModTime(), time.Minute)
	require.Nil(t, info.Sys())
	owner, group := lake.Owner("a/b/c.txt")
	require.Equal(t, srv.SystemIdentity().ObjectID(), owner)
	require.Equal(t, owner, group)

	lake.Chmod("a", fs.ModeSticky|0o751)
	lake.Chown("a", "somebody", "")
	info, ok = lake.Stat("/a/")
	require.True(t, ok)
	require.Equal(t, fs.ModeDir|fs.ModeSticky|0o751, info.Mode())
	owner, _ = lake.Owner("a")
	require.Equal(t, "somebody", owner)

	lake.SetACL("a", "user::rwx,user:bob:r-x,group::r-x,other::---,default:user:eve:rwx")
	require.Equal(t, "user::rwx,user:bob:r-x,group::r-x,mask::r-x,other::---,"+
		"default:user::rwx,default:user:eve:rwx,default:group::r-x,default:mask::rwx,default:other::---", lake.ACL("a"))
	lake.Remove("a")
	lake.Remove("a")
	_, ok = lake.Stat("a")
	require.False(t, ok)
}

func TestLakeSeedsThatCannotBe(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	lake := srv.DataLake("contoso", azuretest.Gen2)
	lake.WriteFile("/f", nil)
	tests := map[string]func(){
		"write to a directory": func() { lake.WriteFile("/", nil) },
		"write below a file":   func() { lake.WriteFile("/f/x", nil) },
		"directory over file":  func() { lake.Mkdir("/f") },
		"chmod of nothing":     func() { lake.Chmod("/none", 0o700) },
		"bad access":           func() { lake.Allow(srv.SystemIdentity(), "/f", "rwxx") },
		"bad list":             func() { lake.SetACL("/f", "user:bob") },
		"incomplete list":      func() { lake.SetACL("/f", "user:bob:rwx") },
		"lease of a directory": func() { lake.HoldLease("/") },
	}
	for name, seed := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Panics(t, seed)
		})
	}
}

// Every character survives in the names of files and directories.
func TestLakeNames(t *testing.T) {
	t.Parallel()
	names := []string{"%", "%41", "%zz", "ü", "日本", "a b%2Bc+d;e=f#g?h&i", " ", " x ", "#x", "..x", "😀", strings.Repeat("é", 100)}
	for c := byte(' '); c < 0x7f; c++ {
		if c != '/' && c != ':' {
			names = append(names, "x"+string(c)+"y")
		}
	}
	onProfiles(t, webProfiles(), func(t *testing.T, s lakeSide) {
		t.Helper()
		s.lake.Mkdir("/renamed")
		for _, name := range names {
			s.put(t, "/made/"+escape(name), name)
		}
		require.ElementsMatch(t, names, s.suffixes(t, "/made"))
		require.ElementsMatch(t, names, s.lake.Names("/made"))
		for _, name := range names {
			renamed := s.do(t, http.MethodPut, "/made/"+escape(name)+"?op=RENAME&destination="+escapeQuery("/renamed/"+name), "")
			require.JSONEq(t, `{"boolean":true}`, renamed.Body, name)
			require.Equal(t, name, s.do(t, http.MethodGet, "/renamed/"+escape(name)+"?op=OPEN", "").Body)
			require.JSONEq(t, `{"boolean":true}`, s.do(t, http.MethodDelete, "/renamed/"+escape(name)+"?op=DELETE", "").Body, name)
		}
		require.Empty(t, s.lake.Names("/renamed"))
	})
}

func escapeQuery(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(escape(text), "&", "%26"), "=", "%3D"), ";", "%3B")
}

// suffixes returns the names in a directory.
func (s lakeSide) suffixes(t *testing.T, path string) []string {
	t.Helper()
	got := s.do(t, http.MethodGet, path+"/?op=LISTSTATUS", "")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	var list struct {
		FileStatuses struct {
			FileStatus []struct{ PathSuffix string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(got.Body), &list))
	var names []string
	for _, one := range list.FileStatuses.FileStatus {
		names = append(names, one.PathSuffix)
	}
	return names
}

func TestLakeColons(t *testing.T) {
	t.Parallel()
	onProfiles(t, webProfiles(), func(t *testing.T, s lakeSide) {
		t.Helper()
		got := s.do(t, http.MethodPut, "/a%3Ab?op=CREATE", "x")
		if s.profile == azuretest.Gen1 {
			require.Equal(t, http.StatusCreated, got.Status)
			return
		}
		require.Equal(t, http.StatusBadRequest, got.Status)
		require.Contains(t, got.exception(t), "Exception")
	})
}

func TestLakeListIsInOrder(t *testing.T) {
	t.Parallel()
	onProfiles(t, webProfiles(), func(t *testing.T, s lakeSide) {
		t.Helper()
		for _, name := range []string{"b", "a", "é", "B", "~"} {
			s.lake.Mkdir(name)
		}
		want := []string{"é", "B", "a", "b", "~"} // HDFS has bytes with a sign
		if s.profile == azuretest.Gen1 {
			want = []string{"B", "a", "b", "~", "é"}
		}
		require.Equal(t, want, s.suffixes(t, ""))
		require.Equal(t, want, s.lake.Names("/"))
	})
}

// A lake works in a bubble, whose time is that of its files.
func TestLakeInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newLake(t, azuretest.Hadoop)
		s.put(t, "/f", strings.Repeat("x", 1<<20))
		before, _ := s.lake.Stat("/f")
		time.Sleep(time.Hour)
		s.do(t, http.MethodPost, "/f?op=APPEND", "y")
		after, _ := s.lake.Stat("/f")
		require.Equal(t, time.Hour, after.ModTime().Sub(before.ModTime()))
		s.client.CloseIdleConnections()
	})
}
