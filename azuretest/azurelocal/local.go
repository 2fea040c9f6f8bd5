package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/azurelocal/internal/proxy"
	"github.com/keyless-go/azure/azuretest/sqlserver"
)

// local is the emulator behind its ports.
type local struct {
	options   options
	azure     *azuretest.Server
	databases *sqlserver.Server // nil: off
	proxy     *proxy.Proxy
	authority *authority
	front     *http.Server
	ports     listeners
}

// prepare makes everything ready to be served. If it fails nothing is left behind.
func prepare(ctx context.Context, o options) (*local, error) {
	l := &local{options: o}
	for _, step := range []func(context.Context) error{l.startWorld, l.listen, l.connect} {
		if err := step(ctx); err != nil {
			_ = l.close() // the error before it says what to do
			return nil, err
		}
	}
	return l, nil
}

// connect puts the services behind the ports.
func (l *local) connect(ctx context.Context) error {
	var dialer proxy.Dialer
	if l.databases != nil {
		dialer = l.databases.Dialer()
	}
	l.proxy = proxy.New(l.azure, dialer)
	var err error
	if l.authority, err = newAuthority(l.azure, l.options.ca); err != nil {
		return err
	}
	l.front = &http.Server{
		Handler:           l.handler(),
		ReadHeaderTimeout: time.Minute,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	return nil
}

// serve serves until ctx is done, or a port fails.
func (l *local) serve(ctx context.Context) error {
	failed := make(chan error, 3)
	go func() { failed <- l.front.Serve(l.ports.http) }()
	go func() { failed <- l.proxy.ServeTLS(l.ports.tls) }()
	if l.databases != nil {
		go func() { failed <- l.databases.Serve(l.ports.sql) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
		err = fmt.Errorf("a port has failed: %w", err)
	}
	return errors.Join(err, l.close())
}

// close ends all connections and removes what is temporary.
func (l *local) close() error {
	var errs []error
	if l.front != nil {
		errs = append(errs, l.front.Close())
	}
	if l.proxy != nil {
		errs = append(errs, l.proxy.Close())
	}
	l.ports.close()
	if l.databases != nil {
		errs = append(errs, l.databases.Close())
	}
	if l.azure != nil {
		errs = append(errs, l.azure.Close())
	}
	if l.authority != nil {
		errs = append(errs, l.authority.close())
	}
	return errors.Join(errs...)
}
