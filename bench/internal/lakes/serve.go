package lakes

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/bench/internal/transfer"
)

// Handler makes an emulator with the lakes, which keep what is large in temporary
// files. Close it after use.
func Handler() (http.Handler, io.Closer, error) {
	azure, err := azuretest.Start()
	if err != nil {
		return nil, nil, err
	}
	azure.DataLake("bench", azuretest.Hadoop)
	azure.DataLake("bench/files", azuretest.Gen2)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, port, _ := net.SplitHostPort(r.Host); port == "" {
			r.TLS = &tls.ConnectionState{} // the client has left it out, see dial
		}
		azure.ServeHTTP(w, r)
		if r.Method == http.MethodDelete {
			runtime.GC() // only then temporary files go
		}
	}), azure, nil
}

// Serve serves the lakes until in ends, at an address that it prints as a line.
func Serve(in io.Reader, out io.Writer) error {
	handler, azure, err := Handler()
	if err != nil {
		return err
	}
	return errors.Join(transfer.Serve(handler, in, out), azure.Close())
}
