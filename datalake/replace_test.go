package datalake_test

import (
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
