package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/keyless-go/azure/azuretest"
	"github.com/keyless-go/azure/azuretest/azurelocal/internal/proxy"
	"github.com/keyless-go/azure/azuretest/azurelocal/internal/state"
	"github.com/keyless-go/azure/azuretest/sqlserver"
)

// local is the emulator behind its ports.
type local struct {
	options   options
	azure     *azuretest.Server
	databases *sqlserver.Server // nil: off
	proxy     *proxy.Proxy
	authority *authority
	state     *state.File // nil: none is kept
	continued bool        // the state is that of a run before
	seeded    bool        // something is not in it
	keeper    *state.Keeper
	front     *http.Server
	ports     listeners
}

// prepare makes everything ready to be served. If it fails nothing is left behind.
func prepare(ctx context.Context, o options) (*local, error) {
	l := &local{options: o}
	for _, step := range []func(context.Context) error{l.startWorld, l.listen, l.connect, l.firstSave} {
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
	l.keeper = state.NewKeeper(l.state)
	var err error
	if l.authority, err = newAuthority(l.azure, l.options.ca); err != nil {
		return err
	}
	page, err := l.page(ctx)
	if err != nil {
		return err
	}
	l.front = &http.Server{Handler: l.handler(ctx, page), ReadHeaderTimeout: time.Minute}
	return nil
}

// serve serves until ctx is done, or a port fails.
func (l *local) serve(ctx context.Context, report func(error)) error {
	keeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	kept := make(chan error, 1)
	go func() { kept <- l.keepState(keeping, report) }()
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
	l.disconnect()
	stop() // what requests have changed until now is saved
	return errors.Join(err, <-kept, l.close())
}

// saveEvery is how much of the state a crash may cost.
const saveEvery = 2 * time.Second

// keepState saves the state until ctx is done, and then for the last time.
func (l *local) keepState(ctx context.Context, report func(error)) error {
	if l.state == nil {
		return nil
	}
	watched := l.azure.Watch(ctx)
	go func() {
		for range watched {
			l.keeper.Touch()
		}
	}()
	if err := l.keeper.Keep(ctx, saveEvery, func(err error) { report(fmt.Errorf("-state %w", err)) }); err != nil {
		return fmt.Errorf("-state %w", err)
	}
	return nil
}

// lastWords is how long requests that are being served may go on at the end.
const lastWords = 500 * time.Millisecond

// disconnect ends all requests and tunnels.
func (l *local) disconnect() {
	ctx, cancel := context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	if l.front.Shutdown(ctx) != nil {
		_ = l.front.Close() // it has been asked nicely
	}
	l.proxy.Shutdown(ctx)
}

// close ends what is left and removes what is temporary.
func (l *local) close() error {
	l.ports.close()
	var errs []error
	if l.proxy != nil {
		errs = append(errs, l.proxy.Close())
	}
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
