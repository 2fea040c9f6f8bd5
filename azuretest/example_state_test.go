package azuretest_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/keyless-go/azure/azuretest"
)

// What one Server holds goes on in another.
func ExampleServer_Save() {
	srv := start()
	defer srv.Close()
	version := srv.Vault("contoso").SetSecret("db", "one")
	var state bytes.Buffer
	if err := srv.Save(&state); err != nil {
		fmt.Println(err)
		return
	}

	next := start(azuretest.Empty())
	defer next.Close()
	if err := next.Load(&state); err != nil {
		fmt.Println(err)
		return
	}
	value, ok := next.Vault("contoso").Secret("db")
	fmt.Println(value, ok, next.Vault("contoso").Versions("db")[0] == version)
	// Output:
	// one true true
}

func ExampleStateVersionError() {
	srv := start()
	defer srv.Close()
	err := srv.Load(strings.NewReader(`{"version":7,"records":[]}`))
	var other *azuretest.StateVersionError
	fmt.Println(errors.As(err, &other), other.Version)
	// Output:
	// true 7
}
