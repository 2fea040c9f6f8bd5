package interop_test

import (
	"crypto/x509"

	"github.com/keyless-go/azure/azuretest"
)

func x509Options(srv *azuretest.Server) x509.VerifyOptions {
	return x509.VerifyOptions{Roots: srv.RootCAs()}
}
