package state_test

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest/azurelocal/internal/state"
)

// note is a part that holds a text.
type note struct {
	mu   sync.Mutex
	text string
	fail error // after half of it
}

func (n *note) set(text string, fail error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.text, n.fail = text, fail
}

func (n *note) part(name string) state.Part {
	return state.Part{
		Name: name,
		Save: func(w io.Writer) error {
			n.mu.Lock()
			defer n.mu.Unlock()
			half := len(n.text) / 2
			if _, err := io.WriteString(w, n.text[:half]); err != nil || n.fail != nil {
				return errors.Join(err, n.fail)
			}
			_, err := io.WriteString(w, n.text[half:])
			return err
		},
		Load: func(r io.Reader) error {
			data, err := io.ReadAll(r)
			n.text = string(data)
			return errors.Join(err, n.fail)
		},
	}
}

// open adds the notes to the state of a file: a, b and so on.
func open(t *testing.T, path string, notes ...*note) *state.File {
	t.Helper()
	f, err := state.New(path)
	require.NoError(t, err)
	for i, n := range notes {
		require.NoError(t, f.Add(n.part(string(rune('a'+i)))))
	}
	return f
}

func names(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	first := open(t, path, &note{text: "one"}, &note{text: "two"})
	require.False(t, first.Exists())
	require.NoError(t, first.Save())
	require.True(t, first.Exists())
	var a, b note
	require.True(t, open(t, path, &a, &b).Exists())
	require.Equal(t, []string{"one", "two"}, []string{a.text, b.text})
	require.Equal(t, []string{"state"}, names(t, path))
	info, err := os.Stat(path)
	require.NoError(t, err)
	if runtime.GOOS != "windows" { // where a file has the access of its directory
		require.Zero(t, info.Mode().Perm()&0o077, "nobody else may read it")
	}
}

func TestPartsOfOtherRunsStay(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	require.NoError(t, open(t, path, &note{text: "one"}, &note{text: "two"}).Save())
	a := &note{}
	f := open(t, path, a)
	a.text = "changed"
	require.NoError(t, f.Save())
	a.text = "again"
	require.NoError(t, f.Save())
	var x, y note
	z := note{text: "new"}
	open(t, path, &x, &y, &z)
	require.Equal(t, []string{"again", "two", "new"}, []string{x.text, y.text, z.text})
}

func TestNothingIsWrittenInVain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	a := &note{text: "one"}
	f := open(t, path, a)
	require.NoError(t, f.Save())
	before, err := os.Stat(path)
	require.NoError(t, err)
	require.NoError(t, f.Save())
	after, err := os.Stat(path)
	require.NoError(t, err)
	require.True(t, os.SameFile(before, after), "it would be another if it had been written")
	a.text = "two"
	require.NoError(t, f.Save())
	after, err = os.Stat(path)
	require.NoError(t, err)
	require.False(t, os.SameFile(before, after))
}

func TestFailuresLeaveTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	a := &note{text: "one"}
	f := open(t, path, a)
	require.NoError(t, f.Save())
	t.Run("a part that fails", func(t *testing.T) {
		a.set("two", errors.New("half of it"))
		require.ErrorContains(t, f.Save(), "half of it")
	})
	t.Run("a directory that is gone", func(t *testing.T) {
		lost := open(t, filepath.Join(t.TempDir(), "nowhere", "state"), &note{text: "x"})
		require.ErrorContains(t, lost.Save(), "; nothing is saved until")
	})
	t.Run("a part that cannot be loaded", func(t *testing.T) {
		g, err := state.New(path)
		require.NoError(t, err)
		require.EqualError(t, g.Add((&note{fail: errors.New("wrong")}).part("a")), path+": wrong; name another file")
	})
	require.Equal(t, []string{"state"}, names(t, path))
	var b note
	open(t, path, &b)
	require.Equal(t, "one", b.text)
}

func TestAnotherProgramsFileStays(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	a := &note{text: "one"}
	mine := open(t, path, a)
	require.NoError(t, mine.Save())
	other := &note{}
	theirs := open(t, path, other)
	other.text = "theirs, longer"
	require.NoError(t, theirs.Save())
	a.text = "mine"
	for range 2 {
		require.EqualError(t, mine.Save(), path+": another program has changed it; it is left as it is")
	}
	var b note
	open(t, path, &b)
	require.Equal(t, "theirs, longer", b.text)
	require.NoError(t, os.Remove(path))
	require.NoError(t, mine.Save(), "there is nothing to lose")
}

func TestForeignFiles(t *testing.T) {
	t.Parallel()
	archive := func(t *testing.T, entries map[string]string) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), "state")
		out, err := os.Create(path)
		require.NoError(t, err)
		z := zip.NewWriter(out)
		for name, text := range entries {
			w, err := z.Create(name)
			require.NoError(t, err)
			_, err = io.WriteString(w, text)
			require.NoError(t, err)
		}
		require.NoError(t, errors.Join(z.Close(), out.Close()))
		return path
	}
	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte("a shopping list"), 0o600))
	tests := map[string]struct{ path, want string }{
		"another version": {archive(t, map[string]string{"version": "azurelocal 2", "a": "x"}), `it is a state of "azurelocal 2", and this program reads "azurelocal 1"; name another file`},
		"no version":      {archive(t, map[string]string{"a": "x"}), "this is no state of azurelocal; name another file"},
		"no archive":      {text, "this is no state of azurelocal; name another file"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, err := os.ReadFile(test.path)
			require.NoError(t, err)
			f, err := state.New(test.path)
			require.NoError(t, err)
			require.ErrorContains(t, f.Add((&note{}).part("a")), test.path+": "+test.want)
			after, err := os.ReadFile(test.path)
			require.NoError(t, err)
			require.Equal(t, before, after)
		})
	}
	_, err := state.New(t.TempDir())
	require.ErrorContains(t, err, "this is no file; name a file that can be read and written")
}

func TestKeeper(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	path := filepath.Join(directory, "state")
	synctest.Test(t, func(t *testing.T) {
		a := &note{text: "one"}
		k := state.NewKeeper(open(t, path, a))
		ctx, cancel := context.WithCancel(t.Context())
		var reported []error
		done := make(chan error, 1)
		go func() { done <- k.Keep(ctx, time.Second, func(err error) { reported = append(reported, err) }) }()
		saved := func() string {
			synctest.Wait()
			var b note
			open(t, path, &b)
			return b.text
		}
		time.Sleep(3 * time.Second)
		require.Empty(t, saved(), "nobody has touched it")
		k.Touch()
		time.Sleep(time.Second)
		require.Equal(t, "one", saved())

		a.set("two", errors.New("half of it"))
		k.Touch()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		require.Len(t, reported, 1)
		require.Equal(t, "one", saved())
		a.set("two", nil)
		time.Sleep(time.Second)
		require.Equal(t, "two", saved(), "it is tried again")

		a.set("three", nil)
		cancel()
		require.NoError(t, <-done)
		require.Equal(t, "three", saved(), "the last time needs no touch")
	})
}
