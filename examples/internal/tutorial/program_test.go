package tutorial_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/examples/internal/tutorial"
)

func TestExitCode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		err     error
		want    int
		printed string
	}{
		{"all good", nil, 0, ""},
		{"help", flag.ErrHelp, 0, ""},
		{"wrong flags", fmt.Errorf("tour: %w", tutorial.UsageError("no step 9")), 2, "tour: no step 9 (-h explains the flags)\n"},
		{"an error", errors.New("no token"), 1, "no token\n"},
		{"Ctrl-C", context.Canceled, 1, "context canceled\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var messages bytes.Buffer
			require.Equal(t, test.want, tutorial.ExitCode(test.err, &messages))
			require.Equal(t, test.printed, messages.String())
		})
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		args    []string
		want    string // in the error; empty: none
		printed string // at once
	}{
		{"nothing", nil, "", ""},
		{"a flag", []string{"-client-id", "me"}, "", ""},
		{"help", []string{"-h"}, "flag: help requested", "-client-id ID"},
		{"no such flag", []string{"-x"}, "flag provided but not defined: -x (-h explains the flags)", ""},
		{"no value", []string{"-client-id"}, "flag needs an argument: -client-id", ""},
		{"an argument", []string{"me"}, `unexpected argument "me"`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var world tutorial.World
			var messages bytes.Buffer
			err := tutorial.Parse(tutorial.NewFlags("program", &messages, &world), test.args)
			if test.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, test.want)
			}
			if test.printed == "" {
				require.Empty(t, messages.String())
			}
			require.Contains(t, messages.String(), test.printed)
		})
	}
}

func TestOnEmulator(t *testing.T) {
	t.Parallel()
	var world tutorial.World
	var messages bytes.Buffer
	var ended *http.Client
	err := tutorial.OnEmulator(&world, &messages, "No -vault given.", func(emulator *azuretest.Server) error {
		require.Equal(t, "No -vault given.\n", messages.String())
		require.NotNil(t, emulator.SystemIdentity())
		ended = world.HTTPClient
		return flag.ErrHelp
	})
	require.ErrorIs(t, err, flag.ErrHelp)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://169.254.169.254/", nil)
	require.NoError(t, err)
	_, err = ended.Do(req)
	require.Error(t, err, "the emulator has ended")
}
