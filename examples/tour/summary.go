package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/keyless-go/azure/examples/internal/tutorial"
)

// What becomes of a step.
const (
	good   = "ok"
	failed = "FAILED"
	notRun = "not run"
)

// row is what one step took.
type row struct {
	number, requests, tokens int // of the requests, tokens were for tokens
	name, result             string
	took                     time.Duration
}

// summary is the table at the end.
type summary struct{ rows []row }

func (s *summary) add(r row) { s.rows = append(s.rows, r) }

func (s *summary) print(out io.Writer) {
	const line = "%-16s  %8s  %10s  %9s  %s\n"
	_, _ = fmt.Fprintf(out, "\n"+line, "step", "requests", "for tokens", "time", "result")
	var total row
	for _, r := range s.rows {
		r.print(out, line, fmt.Sprintf("%d %s", r.number, r.name))
		total.requests += r.requests
		total.tokens += r.tokens
		total.took += r.took
	}
	total.print(out, line, "all")
}

func (r row) print(out io.Writer, line, title string) {
	text := fmt.Sprintf(line, title, fmt.Sprint(r.requests), fmt.Sprint(r.tokens), tutorial.Milliseconds(r.took), r.result)
	_, _ = fmt.Fprintln(out, strings.TrimRight(text, " \n"))
}

// verdict says how it went, in its error if not well.
func (s *summary) verdict(ctx context.Context, out io.Writer, onAzure bool) error {
	var names []string
	for _, r := range s.rows {
		if r.result != good {
			names = append(names, r.name)
		}
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("the tour was interrupted: %w", ctx.Err())
	case len(names) > 0:
		return fmt.Errorf("%d of %d steps failed: %s", len(names), len(s.rows), strings.Join(names, ", "))
	case len(s.rows) == 1:
		_, _ = fmt.Fprint(out, "\nThe step succeeded.")
	default:
		_, _ = fmt.Fprintf(out, "\nAll %d steps succeeded.", len(s.rows))
	}
	if !onAzure {
		_, _ = fmt.Fprint(out, " Nothing left this process.")
	}
	_, _ = fmt.Fprintln(out)
	return nil
}
