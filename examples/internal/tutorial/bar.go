package tutorial

import (
	"fmt"
	"io"
	"strings"
)

const (
	largeFile = 1 << 20 // from here on there is a bar
	barWidth  = 40
)

// bar draws how far a transfer of total bytes is, nothing for a small one. It
// draws anew for each hundredth only.
func bar(out io.Writer, title string, total int64) func(int64) {
	if out == nil || total < largeFile {
		return nil
	}
	last := int64(-1)
	return func(n int64) {
		percent := min(100*n/total, 100)
		if percent == last {
			return
		}
		last = percent
		done := int(percent) * barWidth / 100
		_, _ = fmt.Fprintf(out, "\r%-8s [%s%s] %3d %% of %.1f MiB", title,
			strings.Repeat("#", done), strings.Repeat(".", barWidth-done), percent, float64(total)/(1<<20))
		if percent == 100 {
			_, _ = fmt.Fprintln(out)
		}
	}
}
