package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
)

// listeners are the program's ports, all of them on 127.0.0.1.
type listeners struct{ http, tls, sql net.Listener }

// listen opens the ports.
func (l *local) listen(ctx context.Context) error {
	var err error
	if l.ports.http, err = open(ctx, "-http", l.options.http); err != nil {
		return err
	}
	if l.ports.tls, err = open(ctx, "-tls", l.options.tls); err != nil {
		return err
	}
	if !l.options.sql.off {
		l.ports.sql, err = open(ctx, "-sql", l.options.sql)
	}
	return err
}

func open(ctx context.Context, name string, at port) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp4", fmt.Sprintf("127.0.0.1:%d", at.number))
	if err != nil {
		if system := (*os.SyscallError)(nil); errors.As(err, &system) {
			err = system.Err
		}
		return nil, fmt.Errorf("%s %d: %w; choose another port, or 0 for a free one", name, at.number, err)
	}
	return listener, nil
}

// close closes those that are open. A server has closed those it served.
func (p *listeners) close() {
	for _, l := range []net.Listener{p.http, p.tls, p.sql} {
		if l != nil {
			_ = l.Close()
		}
	}
}
