package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/keyless-go/azure/azuretest/azurelocal/internal/exports"
)

// announce prints what to paste, and where things are. Every line that is not to be run
// is a comment in all shells.
func (l *local) announce(to io.Writer, began time.Time) {
	var out strings.Builder
	fmt.Fprintln(&out, "# azurelocal: Azure on this machine, for tests. Paste into another terminal:")
	for _, shell := range l.options.shell {
		fmt.Fprintf(&out, "#\n# %s\n", shell.Title())
		for _, v := range l.variables() {
			fmt.Fprintln(&out, shell.Line(v))
		}
	}
	fmt.Fprintf(&out, "#\n# Go on macOS and Windows ignores SSL_CERT_FILE: there, add the certificate to the\n"+
		"# system's, or to tls.Config.RootCAs of the program: %s\n", l.authority.file)
	fmt.Fprintf(&out, "#\n# http %s, TLS %s, SQL %s; status page %s\n",
		l.ports.http.Addr(), l.ports.tls.Addr(), l.sqlAddr("off"), l.url())
	if l.state != nil {
		fmt.Fprintf(&out, "# state in %s\n", l.options.state)
	}
	switch {
	case !l.continued || l.options.seed == "":
	case l.seeded:
		fmt.Fprintln(&out, "# there was a state without databases, so that of the seed only those are used")
	default:
		fmt.Fprintln(&out, "# there was a state, so that the seed is not used")
	}
	fmt.Fprintf(&out, "# ready in %d ms; Ctrl-C stops it\n", time.Since(began).Milliseconds())
	_, _ = io.WriteString(to, out.String()) // who does not read it has fixed the ports
}

// variables are what a program needs to find everything.
func (l *local) variables() []exports.Variable {
	proxy, base := "http://"+l.ports.http.Addr().String(), l.url()
	const direct = "localhost,127.0.0.1,::1"
	list := []exports.Variable{
		{Name: "HTTP_PROXY", Value: proxy},
		{Name: "HTTPS_PROXY", Value: proxy},
		{Name: "NO_PROXY", Value: direct},
		// Many programs look at these first: one that is left from another proxy would
		// lead them, and their tokens, out of the machine.
		{Name: "http_proxy", Value: proxy}, // the only spelling curl takes
		{Name: "https_proxy", Value: proxy},
		{Name: "no_proxy", Value: direct},
		{Name: "SSL_CERT_FILE", Value: l.authority.file},
		{Name: "CURL_CA_BUNDLE", Value: l.authority.file}, // curl takes it before SSL_CERT_FILE
		{Name: "NODE_EXTRA_CA_CERTS", Value: l.authority.file},
		{Name: "REQUESTS_CA_BUNDLE", Value: l.authority.file},
		{Name: "AZURE_POD_IDENTITY_AUTHORITY_HOST", Value: proxy},
		{Name: "IDENTITY_ENDPOINT", Value: base + "msi/token"},
		{Name: "IDENTITY_HEADER", Value: l.azure.Environment("AppService")["IDENTITY_HEADER"]},
		{Name: "AZURELOCAL_STATUS_URL", Value: base},
	}
	if sql := l.sqlAddr(""); sql != "" {
		list = append(list, exports.Variable{Name: "AZURELOCAL_SQL_SERVER", Value: sql})
	}
	return list
}

func (l *local) url() string { return "http://" + l.ports.http.Addr().String() + "/" }

// sqlAddr returns where the SQL server is, or none.
func (l *local) sqlAddr(none string) string {
	if l.ports.sql == nil {
		return none
	}
	return l.ports.sql.Addr().String()
}
