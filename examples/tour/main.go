// Command tour walks through Microsoft's managed identity tutorials in order:
// each request with its first line, each answer as the tutorial shows it, and a
// table of what the steps took. It runs on the built-in emulator: no Azure
// account, no network.
//
//	go run ./examples/tour
//
// Some steps only, and all that is sent and answered but the secrets in it:
//
//	go run ./examples/tour -step keyvault,5 -verbose
//
// On Azure, with the identity of the machine it runs on:
//
//	go run ./examples/tour -real -vault shop-secrets -lab-vault shop-lab -subscription 00000000-0000-0000-0000-000000000000 -account shopfiles -store shoplake -server shop.database.windows.net
//
// It exits with 1 if a step failed, which does not keep the others from running,
// and with 2 for wrong flags.
package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/examples/internal/tutorial"
)

func main() { tutorial.Main(run) }

func run(ctx context.Context, args []string, out, messages io.Writer) error {
	t, err := parse(args, messages)
	if err != nil {
		return err
	}
	if t.real {
		_, _ = fmt.Fprintln(out, "Keyless for Azure: the tutorials on Azure, with the identity of this machine.")
		return t.walk(ctx, out, nil)
	}
	return tutorial.OnEmulator(&t.world, out, "Keyless for Azure: the tutorials on the built-in emulator.",
		func(emulator *azuretest.Server) error { return t.walk(ctx, out, emulator) })
}

// walk runs the chosen steps, whatever becomes of each. They share one credential,
// as the clients of a program should: what is asked for a second time costs no
// second token.
func (t *tour) walk(ctx context.Context, out io.Writer, emulator *azuretest.Server) error {
	notes := &tutorial.Transcript{Out: out, Verbose: t.verbose}
	t.emulator, t.world.Transcript = emulator, notes
	cred, err := t.world.Credential()
	if err != nil {
		return tutorial.UsageError(err.Error()) // it looks at -client-id, nothing else
	}
	t.world.Shared = cred
	var done summary
	for _, n := range t.chosen {
		s := steps()[n]
		if ctx.Err() != nil {
			done.add(row{number: n + 1, name: s.name, result: notRun})
			continue
		}
		_, _ = fmt.Fprintf(out, "\n%d. %s\n", n+1, s.title)
		requests, tokens := notes.Counts()
		r := row{number: n + 1, name: s.name, requests: -requests, tokens: -tokens, result: good}
		start := time.Now()
		if err := s.run(ctx, t, notes); err != nil {
			_, _ = fmt.Fprintf(notes, "FAILED: %v\n", err)
			r.result = failed
		}
		r.took = time.Since(start)
		requests, tokens = notes.Counts()
		r.requests, r.tokens = r.requests+requests, r.tokens+tokens
		done.add(r)
	}
	done.print(out)
	return done.verdict(ctx, out, t.real)
}
