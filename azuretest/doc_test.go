package azuretest_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

// The documentation names the operations there are, but for those of data lakes.
func TestOperationsAreDocumented(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(content), "# Operations")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "# State")
	var documented []string
	service := ""
	for line := range strings.Lines(section) {
		names, listed := strings.CutPrefix(line, "//\t")
		if !listed {
			continue
		}
		for name := range strings.FieldsSeq(names) {
			if before, _, _ := strings.Cut(name, "."); before != "" {
				service = before
			} else {
				name = service + name
			}
			documented = append(documented, name)
		}
	}
	wanted := slices.DeleteFunc(azuretest.Operations(), func(name string) bool { return strings.HasPrefix(name, "datalake.") })
	require.ElementsMatch(t, wanted, documented)
}
