package datalake_test

import (
	"context"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// HttpFS does not replace a file by another. What it replaces stays until the
// other is there.
func TestReplaceOnHttpFS(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault azuretest.Fault
		lose  int // the answer of which RENAME
		want  string
		err   error
	}{
		{"as usual", azuretest.Fault{}, 0, "new", nil},
		{"the old one does not go", refusedRename(2), 0, "old", fs.ErrPermission},
		{"the new one does not come", refusedRename(3), 0, "old", fs.ErrPermission},
		{"the answer for the old one is lost", azuretest.Fault{}, 2, "new", nil},
		{"the answer for the new one is lost", azuretest.Fault{}, 3, "new", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := newLake(t, azuretest.HttpFS)
			require.NoError(t, l.Upload(t.Context(), "/f", stream("old"), nil))
			if test.fault.Status != 0 {
				l.server.Fail(test.fault)
			}
			renames := 0
			client := l.through(t, &lossy{lose: func(req *http.Request) bool {
				if strings.Contains(req.URL.RawQuery, "op=RENAME") {
					renames++
				}
				return renames == test.lose
			}})
			err := client.Upload(t.Context(), "/f", stream("new"), nil)
			require.ErrorIs(t, err, test.err)
			got, _ := l.data.ReadFile("/f")
			require.Equal(t, test.want, string(got))
			require.Equal(t, []string{"f"}, l.data.Names("/"), "nothing is left aside")
		})
	}
}

func refusedRename(nth int) azuretest.Fault {
	return azuretest.Fault{Operation: "datalake.rename", Nth: nth, Status: http.StatusForbidden, Code: "AccessControlException"}
}

// abrupt is a wire on which the caller gives up while a RENAME is carried out.
type abrupt struct {
	next    http.RoundTripper
	nth     int
	giveUp  context.CancelFunc
	renames int
}

func (a *abrupt) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Query().Get("op") != "RENAME" {
		return a.next.RoundTrip(req)
	}
	a.renames++
	resp, err := a.next.RoundTrip(req)
	if err == nil && a.renames == a.nth {
		a.giveUp()
		_ = resp.Body.Close()
		return nil, context.Canceled
	}
	return resp, err
}

// Who gives up while a file is put aside has it still.
func TestReplaceIsTakenBack(t *testing.T) {
	t.Parallel()
	l := newLake(t, azuretest.HttpFS)
	put1(t, l, "/f", "old")
	ctx, cancel := context.WithCancel(t.Context())
	client := l.on(t, &abrupt{next: l.server.Client().Transport, nth: 2, giveUp: cancel})
	require.ErrorIs(t, client.Upload(ctx, "/f", stream("new"), nil), context.Canceled)
	got, _ := l.data.ReadFile("/f")
	require.Equal(t, "old", string(got))
	require.Equal(t, []string{"f"}, l.data.Names("/"), "nothing is left aside")
}

// What is aside goes, though not at once.
func TestWhatIsAsideIsRemoved(t *testing.T) {
	t.Parallel()
	l := newLake(t, azuretest.HttpFS)
	put1(t, l, "/f", "old")
	l.server.Fail(azuretest.Fault{Operation: "datalake.delete", Status: http.StatusServiceUnavailable})
	put1(t, l, "/f", "new")
	require.Equal(t, []string{"f"}, l.data.Names("/"))
}
