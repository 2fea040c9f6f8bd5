package azuretest_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/keyless-go/azure/azuretest"
)

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	state := saved(t, srv)
	lines := strings.Split(state, "\n")
	server := lines[2]
	around := func(records ...string) string {
		return lines[0] + "\n" + lines[1] + "\n" + strings.Join(records, ",\n") + "\n]}\n"
	}
	node := func(text string) string {
		root := `{"node":{"dir":true,"created":"0.0","modified":"0.0","accessed":"0.0"}}`
		return around(strings.TrimSuffix(server, ","), `{"lake":{"profile":"Gen1","name":"contoso"}}`, root, `{"node":{"name":"a","created":"0.0","modified":"0.0","accessed":"0.0",`+text+`}}`)
	}
	server = strings.TrimSuffix(server, ",")
	for name, test := range map[string]struct{ state, want string }{
		"nothing":              {"", "unexpected EOF"},
		"no JSON":              {"state", "invalid character"},
		"another kind of JSON": {`{"vaults":{}}`, "it has vaults where version must be"},
		"no number":            {`{"version":"one"}`, "the version is no number"},
		"no records":           {`{"version":1}`, "it has } where records must be"},
		"cut":                  {state[:len(state)/2], "unexpected EOF"},
		"cut at the end":       {state[:len(state)-3], "unexpected EOF"},
		"more after it":        {state + "{}", "something after its end"},
		"no server":            {around(`{"vault":{}}`), "the server's record is the first"},
		"no record":            {lines[0] + "\n" + lines[1] + "]}", "no record of the server"},
		"two servers":          {around(server, server), "record 2: the server's record is the first"},
		"unknown":              {around(server, `{"queue":{}}`), `record 2: json: unknown field "queue"`},
		"empty":                {around(server, `{}`), "a record that is of no kind"},
		"secret alone":         {around(server, `{"secret":{"name":"a"}}`), "a secret without a vault"},
		"vault":                {around(server, `{"vault":{"host":"example.com"}}`), "no vault"},
		"open and closed":      {around(server, `{"vault":{"host":"contoso.vault.azure.net","retentionDays":7,"open":true,"policies":{"a":["get"]}}}`), "is open and has policies"},
		"permission":           {around(server, `{"vault":{"host":"contoso.vault.azure.net","retentionDays":7,"policies":{"a":["peek"]}}}`), "unknown permission"},
		"group alone":          {around(server, `{"group":{"name":"a"}}`), "a group without a subscription"},
		"subscription":         {around(server, `{"subscription":{"id":"a"}}`), "no subscription"},
		"role":                 {around(server, `{"subscription":{"id":"11111111-2222-4333-8444-555555555555","pageSize":1,"scope":{"roles":{"a":["King"]}}}}`), `unknown role "King"`},
		"account":              {around(server, `{"account":{"name":"a"}}`), "no storage account"},
		"container alone":      {around(server, `{"container":{"name":"abc"}}`), "a container without a storage account"},
		"blob alone":           {around(server, `{"blob":{"name":"abc"}}`), "a blob without a container"},
		"data alone":           {around(server, `{"data":"AAAA"}`), "a record that is of no kind"},
		"lake":                 {around(server, `{"lake":{"profile":"Gen3","name":"contoso"}}`), `no data lake of profile "Gen3"`},
		"lake without a root":  {around(server, `{"lake":{"profile":"Gen1","name":"contoso"}}`), "a data lake without a root"},
		"node alone":           {around(server, `{"node":{}}`), "a node without a data lake"},
		"file without a size":  {node(`"id":1`), "a file without block size"},
		"file in itself":       {node(`"blockSize":1,"replication":1,"in":1`), "it cannot be in node 1"},
		"missing data":         {node(`"blockSize":1,"replication":1,"size":5`), "data are missing"},
		"negative data":        {node(`"blockSize":1,"replication":1,"size":-5`), "-5 bytes of data"},
		"same as none":         {node(`"blockSize":1,"replication":1,"same":7`), "no node has the same content"},
		"mode":                 {node(`"dir":true,"mode":65535`), "no mode is 177777"},
	} {
		t.Run(name, func(t *testing.T) {
			err := srv.Load(strings.NewReader(test.state))
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "p@ssw0rd!")
			require.Equal(t, state, saved(t, srv), "nothing has changed")
		})
	}
}

func TestLoadRefusesOtherVersions(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	state := saved(t, srv)
	err := srv.Load(strings.NewReader(`{"version":2,"things":[]}`))
	var other *azuretest.StateVersionError
	require.ErrorAs(t, err, &other)
	require.Equal(t, 2, other.Version)
	require.EqualError(t, err, "azuretest: Load: the state has version 2, this emulator reads version 1: use the emulator that saved it, or begin without")
	require.Equal(t, state, saved(t, srv))
}

func TestStateErrorsOfFiles(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	require.ErrorIs(t, srv.Load(iotest.ErrReader(io.ErrClosedPipe)), io.ErrClosedPipe)
	r, w := io.Pipe()
	require.NoError(t, r.CloseWithError(io.ErrNoProgress))
	require.ErrorIs(t, srv.Save(w), io.ErrNoProgress)
}

// A state is saved while requests change it: what is saved can be loaded.
func TestStateIsSavedWhileRequestsCome(t *testing.T) {
	t.Parallel()
	srv := azuretest.New(t)
	b, lake := storageOf(srv), srv.DataLake("mydatalake", azuretest.Gen1)
	b.account.Container("box")
	var busy sync.WaitGroup
	for i := range 4 {
		busy.Go(func() {
			for n := range 50 {
				name := fmt.Sprintf("%d-%d", i, n)
				srv.Vault("contoso").SetSecret("s", name)
				b.account.Container("box").SetBlob(name, []byte(name))
				lake.WriteFile(name, []byte(name))
				srv.Subscription("11111111-2222-4333-8444-555555555555").Group(name)
			}
		})
	}
	for range 20 {
		state := saved(t, srv)
		require.NoError(t, azuretest.New(t).Load(strings.NewReader(state)))
	}
	busy.Wait()
	restarted(t, srv)
}

func FuzzLoad(f *testing.F) {
	srv := azuretest.New(f)
	srv.StorageAccount("mystorageacct").Container("mycontainer").SetBlob("b", []byte("data"))
	var out bytes.Buffer
	require.NoError(f, srv.Save(&out))
	state := out.String()
	f.Add(state)
	f.Add(`{"version":2}`)
	for _, cut := range []int{10, 100, 1000, len(state) - 5} {
		f.Add(state[:cut])
	}
	f.Add(strings.ReplaceAll(state, `"name"`, `"Name"`))
	f.Add(strings.ReplaceAll(state, `true`, `false`))
	f.Fuzz(func(t *testing.T, state string) {
		srv := azuretest.New(t, azuretest.Empty())
		before := saved(t, srv)
		if err := srv.Load(strings.NewReader(state)); err != nil {
			require.Equal(t, before, saved(t, srv))
			return
		}
		restarted(t, srv)
	})
}
