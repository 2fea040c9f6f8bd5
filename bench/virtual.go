package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// virtual prints the tables in virtual time. Only a test can have that, so they
// are tests of this package; what they write is indented, and nothing else is.
func virtual(ctx context.Context, w io.Writer) error {
	output, err := exec.CommandContext(ctx, "go", "test", "-count=1", "-v", "-run", "^TestTable", ".").CombinedOutput()
	if err != nil {
		return fmt.Errorf("go test: %w\n%s", err, output)
	}
	for line := range strings.Lines(string(bytes.TrimSpace(output))) {
		text, indented := strings.CutPrefix(line, "    ")
		if !indented {
			continue
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}
