// Command azurelocal is Azure on a laptop, for programs in every language: the
// emulator of package azuretest behind three ports of 127.0.0.1.
//
//	go run ./azuretest/azurelocal
//
// It prints what to paste into another terminal, in bash, PowerShell and fish. Programs
// started there reach https://mytestkeyvault.vault.azure.net and
// http://169.254.169.254 by an HTTP proxy, the first port, and trust the emulator's
// certificates. No name is resolved and nothing leaves the machine: what the emulator
// does not serve, the proxy refuses.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
