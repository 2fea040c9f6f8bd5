package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/keyless-go/azure/azuretest/azurelocal/internal/exports"
)

// options are the command line.
type options struct {
	http, tls, sql port
	ca             string // file; empty: a temporary one
	seed, state    string // files; empty: none
	shell          shells
}

// parse reads the command line.
func parse(args []string) (options, error) {
	o := options{shell: exports.Shells()}
	set := o.flags()
	set.SetOutput(io.Discard)
	err := set.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return o, err
	case err != nil:
		return o, fmt.Errorf("%w; -help lists the flags", err)
	case set.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q; -help lists the flags", set.Arg(0))
	case o.http.off || o.tls.off:
		return o, errors.New("only -sql can be off")
	}
	return o, nil
}

func (o *options) flags() *flag.FlagSet {
	set := flag.NewFlagSet("azurelocal", flag.ContinueOnError)
	set.Var(&o.http, "http", "`port` of the proxy, the token endpoints, the status page and the control API; 0 is a free one")
	set.Var(&o.tls, "tls", "`port` that speaks TLS for every host, for clients that are led there without a proxy")
	set.Var(&o.sql, "sql", "`port` of the SQL server, or off")
	set.StringVar(&o.ca, "ca", "", "`file` to write the authority's certificate to; a temporary one if not given")
	set.StringVar(&o.seed, "seed", "", "`file` (JSON) that describes another world than the tutorials'")
	set.StringVar(&o.state, "state", "", "`file` to keep the state in, from one run to the next")
	set.Var(&o.shell, "shell", "`name` of the shell to print exports for: bash, powershell, fish or all")
	return set
}

// help prints all flags.
func help(out io.Writer) {
	o := options{shell: exports.Shells()}
	set := o.flags()
	set.SetOutput(out)
	_, _ = io.WriteString(out, "azurelocal is Azure on this machine, for tests.\n\n") // as PrintDefaults
	set.PrintDefaults()
}

// port is the value of a flag.
type port struct {
	number uint16 // 0: a free one
	off    bool
}

// String returns what Set takes.
func (p *port) String() string {
	if p.off {
		return "off"
	}
	return strconv.Itoa(int(p.number))
}

// Set takes a number or off.
func (p *port) Set(text string) error {
	*p = port{off: text == "off"}
	if p.off {
		return nil
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return errors.New("want a number from 0 to 65535")
	}
	p.number = uint16(n)
	return nil
}

// shells is the value of a flag.
type shells []exports.Shell

// String returns what Set takes.
func (s *shells) String() string {
	if len(*s) == 1 {
		return string((*s)[0])
	}
	return "all"
}

// Set takes the name of a shell, or all.
func (s *shells) Set(text string) error {
	name := exports.Shell(strings.ToLower(text))
	switch {
	case name == "all":
		*s = exports.Shells()
	case slices.Contains(exports.Shells(), name):
		*s = shells{name}
	default:
		return errors.New("want bash, powershell, fish or all")
	}
	return nil
}
