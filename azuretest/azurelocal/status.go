package main

import (
	"context"
	"net/http"

	"github.com/keyless-go/azure/azuretest/azurelocal/internal/page"
)

// page returns the status page.
func (l *local) page(ctx context.Context) (http.Handler, error) {
	options := page.Options{Places: []page.Place{
		{Name: "Proxy and token endpoints", Address: l.ports.http.Addr().String()},
		{Name: "TLS", Address: l.ports.tls.Addr().String()},
		{Name: "SQL server", Address: l.sqlAddr("off")},
		{Name: "Certificate", Address: l.authority.file},
	}}
	if l.databases != nil {
		options.Databases = func() []page.Database { return l.listDatabases(ctx) }
	}
	return page.Handler(l.azure, options)
}

// listDatabases returns what the page shows of the databases; nothing of them when the
// program ends.
func (l *local) listDatabases(ctx context.Context) []page.Database {
	all, err := l.databases.Databases(ctx)
	if err != nil {
		return nil
	}
	var list []page.Database
	for _, d := range all {
		one := page.Database{Name: d.Name, Tables: d.Tables}
		for _, u := range d.Users {
			one.Users = append(one.Users, page.User(u))
		}
		list = append(list, one)
	}
	return list
}
