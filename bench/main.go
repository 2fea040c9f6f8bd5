// Command bench puts this library beside Microsoft's own Go SDK, azidentity and
// azsecrets, and prints what it finds as Markdown:
//
//	go run .
//
// Both run in one harness, against the emulator, in one run. Nothing is sent to
// Azure or to the network. Times of the clock are noisy: their ratios are what
// counts. Times of the tables on outages are virtual, and exact.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func main() {
	testing.Init()
	if err := flag.Set("test.benchtime", "100ms"); err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer) error {
	if err := introduce(w); err != nil {
		return err
	}
	for _, section := range []func(context.Context, io.Writer) error{cached, roundTrip, virtual, cost} {
		if err := section(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

// introduce says what is compared.
func introduce(w io.Writer) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("the program has no build information")
	}
	versions := []string{"Go " + strings.TrimPrefix(runtime.Version(), "go")}
	for _, m := range info.Deps {
		switch name := m.Path[strings.LastIndex(m.Path, "/")+1:]; name {
		case "azcore", "azidentity", "azsecrets":
			versions = append(versions, name+" "+m.Version)
		}
	}
	_, err := fmt.Fprintf(w, "%s, %d processors.\n", strings.Join(versions, ", "), runtime.GOMAXPROCS(0))
	return err
}
