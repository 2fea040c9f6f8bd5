package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/examples/internal/tutorial"
)

// What is wrong with the flags is said before anything is sent.
func TestRunRefusesFlags(t *testing.T) {
	t.Parallel()
	const all = "the steps are 1 keyvault, 2 lab16, 3 resourcegroup, 4 legacy, 5 storagesas, 6 datalake, 7 sqlquery"
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no such number", []string{"-step", "8"}, `"8" is no step; ` + all},
		{"zero", []string{"-step", "0"}, `"0" is no step; ` + all},
		{"no such name", []string{"-step", "keyvault,cosmos"}, `"cosmos" is no step; ` + all},
		{"no name", []string{"-step", ""}, `"" is no step; ` + all},
		{"nothing real", []string{"-real"}, "-real also needs -vault, -lab-vault, -subscription, -account, -store, -server"},
		{"not all that is real", []string{"-real", "-vault", "v", "-step", "1,4,5"}, "-real also needs -subscription, -account;"},
		{"a target for the emulator", []string{"-vault", "v"}, "-vault is for Azure: it needs -real"},
		{"an identity for the emulator", []string{"-client-id", "me"}, "-client-id is for Azure: it needs -real"},
		{"no identity", []string{"-real", "-step", "1", "-vault", "v", "-client-id", "me"}, "not a GUID"},
		{"no such flag", []string{"-steps", "1"}, "not defined: -steps"},
		{"an argument", []string{"keyvault"}, `unexpected argument "keyvault"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out, messages bytes.Buffer
			err := run(t.Context(), test.args, &out, &messages)
			require.ErrorContains(t, err, test.want)
			require.Equal(t, 2, tutorial.ExitCode(err, &messages))
			require.NotContains(t, out.String(), ">")
		})
	}
}

func TestParseForAzure(t *testing.T) {
	t.Parallel()
	everything := []string{"-real", "-vault", "v", "-lab-vault", "l", "-subscription", "s", "-account", "a", "-store", "d", "-server", "q"}
	tour, err := parse(everything, &bytes.Buffer{})
	require.NoError(t, err)
	require.Equal(t, []int{0, 1, 2, 4, 5, 6}, tour.chosen, "the retired endpoint is for those who name it")
	tour, err = parse(append(everything, "-step", "legacy"), &bytes.Buffer{})
	require.NoError(t, err)
	require.Equal(t, []int{3}, tour.chosen)
}

// The steps go where the flags say, and no further: what stands for Azure here is
// an emulator with other names.
func TestWalkOnAzure(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t, azuretest.Empty())
	srv.Vault("contoso").SetSecret("db", "first")
	srv.Vault("lab").SetSecret("mi-test", "second")
	srv.Subscription("11111111-2222-4333-8444-555555555555").Group("shop")
	tour, err := parse([]string{
		"-real", "-step", "1,2,3", "-vault", "contoso", "-secret", "db", "-lab-vault", "https://lab.vault.azure.net",
		"-subscription", "11111111-2222-4333-8444-555555555555", "-group", "shop",
	}, &bytes.Buffer{})
	require.NoError(t, err)
	tour.world.HTTPClient = srv.Client()
	var out bytes.Buffer
	require.NoError(t, tour.walk(t.Context(), &out, nil))
	for _, want := range []string{
		"https://contoso.vault.azure.net/secrets/db?", `"value":"first"`, `"value":"second"`, "/resourceGroups/shop?", "\nAll 3 steps succeeded.\n",
	} {
		require.Contains(t, out.String(), want)
	}
}
