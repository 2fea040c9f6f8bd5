// Command whichidentity says which managed identity a program has where it runs:
// the source it comes from and why that one, whose token it is, for whom and until
// when. Without a token it says what is wrong and what to do. It never prints the
// token.
//
//	go run ./examples/whichidentity -resource https://vault.azure.net
//
// With -source it runs on the built-in emulator, at the place named, and with -fail
// as well it shows what goes wrong there:
//
//	go run ./examples/whichidentity -source IMDS -fail identities
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/keyless-go/azure/credential"
	"github.com/keyless-go/azure/examples/internal/tutorial"
)

func main() { tutorial.Main(run) }

func run(ctx context.Context, args []string, out, messages io.Writer) error {
	set, err := parse(args, messages)
	if err != nil {
		return err
	}
	q, err := set.inquiry()
	if err != nil {
		return err
	}
	if set.source == "" {
		return q.report(ctx, out)
	}
	emulator, err := startEmulator(set.source, set.fail)
	if err != nil {
		return err
	}
	defer emulator.close()
	_, _ = fmt.Fprintf(messages, "Running on the built-in emulator, as if on %s.\n", emulator.source)
	emulator.settle(&q)
	return q.report(ctx, out)
}

// settings are what the flags say.
type settings struct {
	resource, source, fail         string
	clientID, objectID, resourceID string
	timeout                        time.Duration
}

func parse(args []string, messages io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("whichidentity", flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.StringVar(&s.resource, "resource", "https://management.azure.com/", "`URL` of the resource, or a scope, to get a token for")
	flags.StringVar(&s.clientID, "client-id", "", "client `ID` of a user-assigned identity")
	flags.StringVar(&s.objectID, "object-id", "", "object `ID` of a user-assigned identity")
	flags.StringVar(&s.resourceID, "resource-id", "", "Azure resource `ID` of a user-assigned identity")
	flags.StringVar(&s.source, "source", "", "run on the emulator of this source: a `name` of "+strings.Join(sources(), ", "))
	flags.StringVar(&s.fail, "fail", "", "what goes wrong on the emulator: a `name` of "+strings.Join(failures(), ", "))
	flags.DurationVar(&s.timeout, "timeout", 10*time.Second, "how long to wait for an answer")
	if err := tutorial.Parse(flags, args); err != nil {
		return s, err
	}
	if s.fail != "" && s.source == "" {
		return s, tutorial.UsageError("-fail needs -source: only on the emulator things fail to order")
	}
	return s, nil
}

// inquiry returns the one to make where the program really is.
func (s settings) inquiry() (inquiry, error) {
	q := inquiry{scope: strings.TrimSuffix(s.resource, "/.default") + "/.default"}
	ids := 0
	for _, id := range []credential.ManagedIDKind{credential.ClientID(s.clientID), credential.ObjectID(s.objectID), credential.ResourceID(s.resourceID)} {
		if id.String() != "" {
			q.options.ID = id
			ids++
		}
	}
	if ids > 1 {
		return q, tutorial.UsageError("only one of -client-id, -object-id and -resource-id can be given")
	}
	// One try: what it meets is what is to be seen here, not what survives it.
	q.options.Retry.MaxRetries = -1
	q.options.Retry.TryTimeout = s.timeout
	return q, nil
}
