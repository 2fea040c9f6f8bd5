package main

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/examples/internal/tutorial"
)

// tour is what the flags say, and where it goes.
type tour struct {
	chosen   []int // indexes of steps, in their order
	verbose  bool
	real     bool
	emulator *azuretest.Server // nil: Azure
	world    tutorial.World    // of all steps

	secret, labSecret tutorial.KeyVault
	group             tutorial.ResourceGroup
	sas               tutorial.StorageSAS
	lake              tutorial.DataLake
	query             tutorial.SQLQuery
}

func parse(args []string, messages io.Writer) (*tour, error) {
	t := &tour{
		secret: tutorial.KeyVault{APIVersion: "2016-10-01"}, labSecret: tutorial.KeyVault{APIVersion: "2016-10-01"},
		group: tutorial.ResourceGroup{APIVersion: "2016-06-01"},
		sas:   tutorial.StorageSAS{APIVersion: "2017-06-01", Lifetime: time.Hour},
	}
	flags := tutorial.NewFlags("tour", messages, &t.world)
	flags.Func("step", "`steps` to run, by number or name, with commas between: "+listOfSteps(), t.choose)
	flags.BoolVar(&t.verbose, "verbose", false, "print headers, without secrets, and status lines")
	flags.BoolVar(&t.real, "real", false, "run on Azure instead of the emulator; all other flags say on what there")
	t.targets(flags)
	if err := tutorial.Parse(flags, args); err != nil {
		return nil, err
	}
	t.chooseAll()
	if t.real {
		return t, t.missing(flags)
	}
	t.emulate()
	return t, strange(flags)
}

// targets are the flags of the programs for one tutorial each.
func (t *tour) targets(flags *flag.FlagSet) {
	flags.StringVar(&t.secret.Vault, "vault", "", "`URL` or name of the vault")
	flags.StringVar(&t.secret.Secret, "secret", "MyTestSecret", "`name` of the secret")
	flags.StringVar(&t.labSecret.Vault, "lab-vault", "", "`URL` or name of the vault of lab 16")
	flags.StringVar(&t.labSecret.Secret, "lab-secret", "mi-test", "`name` of the secret of lab 16")
	flags.StringVar(&t.group.Subscription, "subscription", "", "`ID` of the subscription")
	flags.StringVar(&t.group.Group, "group", "DevTest", "`name` of the resource group, that of the storage account too")
	flags.StringVar(&t.sas.Account, "account", "", "`name` of the storage account")
	flags.StringVar(&t.sas.Container, "container", "mycontainer", "`name` of the blob container")
	flags.StringVar(&t.sas.Blob, "blob", "testblob", "`name` of the blob to write")
	flags.StringVar(&t.lake.Store, "store", "", "`name` of a Data Lake Store, or the endpoint of any data lake")
	flags.StringVar(&t.lake.Folder, "folder", "TestFolder", "`folder` to upload into; it must exist")
	flags.StringVar(&t.query.Server, "server", "", "`host` of the SQL server; the identity is a user of the database already")
	flags.StringVar(&t.query.Database, "database", "mydatabase", "`name` of the database")
	flags.StringVar(&t.query.Table, "table", "Employees", "`name` of the table")
}

// emulate names the emulator's targets.
func (t *tour) emulate() {
	t.secret.Vault, t.labSecret.Vault = "mytestkeyvault", "mi-lab-vault"
	t.group.Subscription, t.sas.Account, t.lake.Store = tutorial.Subscription, "mystorageacct", "mydatalake"
}

// choose takes the value of -step.
func (t *tour) choose(value string) error {
	for want := range strings.SplitSeq(value, ",") {
		want = strings.TrimSpace(want)
		n := slices.IndexFunc(steps(), func(s step) bool { return strings.EqualFold(s.name, want) })
		if number, err := strconv.Atoi(want); err == nil && number >= 1 && number <= len(steps()) {
			n = number - 1
		}
		if n < 0 {
			return fmt.Errorf("%q is no step; the steps are %s", want, listOfSteps())
		}
		t.chosen = append(t.chosen, n)
	}
	slices.Sort(t.chosen)
	t.chosen = slices.Compact(t.chosen)
	return nil
}

// chooseAll is for those who choose none.
func (t *tour) chooseAll() {
	if len(t.chosen) > 0 {
		return
	}
	for n, s := range steps() {
		if !t.real || !s.retired {
			t.chosen = append(t.chosen, n)
		}
	}
}

// missing says what the chosen steps need on Azure and nobody has named.
func (t *tour) missing(flags *flag.FlagSet) error {
	var names []string
	for _, n := range t.chosen {
		for _, name := range steps()[n].needs {
			if flags.Lookup(name).Value.String() == "" && !slices.Contains(names, "-"+name) {
				names = append(names, "-"+name)
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	return tutorial.UsageError("-real also needs " + strings.Join(names, ", ") + "; or -step with fewer steps")
}

// strange refuses what names something on Azure, where that is not asked.
func strange(flags *flag.FlagSet) error {
	var err error
	flags.Visit(func(f *flag.Flag) {
		if err == nil && !slices.Contains([]string{"step", "verbose", "real"}, f.Name) {
			err = tutorial.UsageError("-" + f.Name + " is for Azure: it needs -real")
		}
	})
	return err
}

func listOfSteps() string {
	var names []string
	for i, s := range steps() {
		names = append(names, fmt.Sprintf("%d %s", i+1, s.name))
	}
	return strings.Join(names, ", ")
}
