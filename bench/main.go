// Command bench puts this library beside Microsoft's own Go SDK, azidentity,
// azsecrets, armresources and azblob, and go-mssqldb, and prints what it finds as
// Markdown:
//
//	go run .
//	go run . -only blobs
//
// All run in one harness, against the emulator, in one run. Nothing is sent to
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
	"slices"
	"strings"
	"testing"
)

func main() {
	testing.Init()
	if err := flag.Set("test.benchtime", "100ms"); err != nil {
		log.Fatal(err)
	}
	only := flag.String("only", "", "print these sections only, separated by commas: "+strings.Join(names(), ", "))
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := start(ctx, *only, flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func start(ctx context.Context, only string, args []string) error {
	if len(args) > 0 {
		return role(ctx, args)
	}
	chosen, err := choose(only)
	if err != nil {
		return err
	}
	return run(ctx, os.Stdout, chosen)
}

// section prints one table or a few.
type section struct {
	name  string
	print func(context.Context, io.Writer) error
}

func sections() []section {
	return []section{
		{"tokens", cached},
		{"sas", signatures},
		{"secrets", secrets},
		{"groups", groups},
		{"databases", databases},
		{"blobs", moves},
		{"lakes", files},
		{"virtual", virtual},
		{"programs", cost},
	}
}

func names() []string {
	var all []string
	for _, s := range sections() {
		all = append(all, s.name)
	}
	return all
}

// choose takes the names of sections apart; none means all.
func choose(only string) ([]section, error) {
	if only == "" {
		return sections(), nil
	}
	var chosen []section
	for name := range strings.SplitSeq(only, ",") {
		i := slices.Index(names(), name)
		if i < 0 {
			return nil, fmt.Errorf("there is no section %q; there are %s", name, strings.Join(names(), ", "))
		}
		chosen = append(chosen, sections()[i])
	}
	return chosen, nil
}

func run(ctx context.Context, w io.Writer, chosen []section) error {
	if err := introduce(w); err != nil {
		return err
	}
	for _, s := range chosen {
		if err := s.print(ctx, w); err != nil {
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
		case "azcore", "azidentity", "azsecrets", "armresources", "azblob", "go-mssqldb":
			versions = append(versions, name+" "+m.Version)
		}
	}
	_, err := fmt.Fprintf(w, "%s, %d processors.\n", strings.Join(versions, ", "), runtime.GOMAXPROCS(0))
	return err
}
