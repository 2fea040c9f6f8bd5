package main

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/credential"
	"github.com/keyless-go/azure/examples/internal/tutorial"
)

// sources lists where the emulator can be.
func sources() []string {
	return []string{
		string(credential.SourceIMDS), string(credential.SourceVMExtension), "PodIdentity",
		string(credential.SourceAppService), string(credential.SourceAppService2017),
		string(credential.SourceAzureArc), string(credential.SourceServiceFabric),
		string(credential.SourceCloudShell), string(credential.SourceAzureML), string(credential.SourceWorkloadIdentity),
	}
}

// failures lists what can go wrong there.
func failures() []string { return slices.Sorted(maps.Keys(failureTable())) }

func failureTable() map[string]func(*azuretest.Server) {
	fault := func(f azuretest.Fault) func(*azuretest.Server) {
		f.Operation, f.Times = "*.token", -1
		return func(s *azuretest.Server) { s.Fail(f) }
	}
	return map[string]func(*azuretest.Server){
		"identity": (*azuretest.Server).RemoveSystemIdentity,
		"identities": func(s *azuretest.Server) {
			s.RemoveSystemIdentity()
			s.AddUserIdentity("one")
			s.AddUserIdentity("two")
		},
		"blocked":     fault(azuretest.Fault{Delay: time.Hour}),
		"throttled":   fault(azuretest.Fault{Status: http.StatusTooManyRequests, RetryAfter: 30 * time.Second}),
		"unavailable": fault(azuretest.Fault{Status: http.StatusServiceUnavailable}),
		"impostor": fault(azuretest.Fault{
			Status: http.StatusOK, Body: "<html><title>Welcome to our network</title></html>",
			Header: http.Header{"Content-Type": {"text/html"}, "Server": {"portal"}},
		}),
	}
}

// emulator is a place for the program to be.
type emulator struct {
	server    *azuretest.Server
	source    string
	temporary string // a directory; empty: there is none
}

// startEmulator makes the place, with its failure if one is named.
func startEmulator(source, failure string) (*emulator, error) {
	known := slices.IndexFunc(sources(), func(name string) bool { return strings.EqualFold(name, source) })
	if known < 0 {
		return nil, tutorial.UsageError(fmt.Sprintf("-source %q is none of %s", source, strings.Join(sources(), ", ")))
	}
	fail, ok := failureTable()[failure]
	if !ok && failure != "" {
		return nil, tutorial.UsageError(fmt.Sprintf("-fail %q is none of %s", failure, strings.Join(failures(), ", ")))
	}
	server, err := azuretest.Start()
	if err != nil {
		return nil, err
	}
	if ok {
		fail(server)
	}
	e := &emulator{server: server, source: sources()[known]}
	return e, e.placeKeys()
}

// placeKeys finds a directory for the key files of Azure Arc where a client trusts
// any but the real one: on Windows a variable names it.
func (e *emulator) placeKeys() error {
	if runtime.GOOS != "windows" || e.source != string(credential.SourceAzureArc) {
		return nil
	}
	directory, err := os.MkdirTemp("", "whichidentity-")
	if err != nil {
		return err
	}
	e.temporary = directory
	e.server.SetArcKeyDirectory(filepath.Join(directory, "AzureConnectedMachineAgent", "Tokens"))
	return nil
}

// settle makes the process's environment that of the place, and no other, and
// sends the inquiry there. Two sources are found by no variable.
func (e *emulator) settle(q *inquiry) {
	for _, name := range variables() {
		_ = os.Unsetenv(name) // fails for no name of these
	}
	for name, value := range e.server.Environment(e.source) {
		_ = os.Setenv(name, value)
	}
	q.options.HTTPClient = e.server.TLSClient()
	switch source := credential.Source(e.source); source {
	case credential.SourceVMExtension, credential.SourceWorkloadIdentity:
		q.options.Source = source
	}
}

// variables lists those by which a credential finds its source and talks to it. Of
// Azure Machine Learning's own there may be any.
func variables() []string {
	names := []string{
		"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "IDENTITY_API_VERSION", "IMDS_ENDPOINT",
		"MSI_ENDPOINT", "MSI_SECRET", "DEFAULT_IDENTITY_CLIENT_ID", "AZURE_POD_IDENTITY_AUTHORITY_HOST",
		"AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_AUTHORITY_HOST",
	}
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AZUREML_") {
			names = append(names, name)
		}
	}
	return names
}

// close ends the place and clears the environment of it.
func (e *emulator) close() {
	for _, name := range variables() {
		_ = os.Unsetenv(name)
	}
	_ = e.server.Close() // never fails
	if e.temporary != "" {
		_ = os.Remove(e.temporary) // the server has removed what was in it
	}
}
